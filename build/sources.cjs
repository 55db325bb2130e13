/** What the built files are made from, and a fingerprint of it that is the same wherever the project lies. */
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const FOLDERS = ["components", "stacks"];

/** The files that decide what is built: sources, and package.json, which pins what they import. */
function sourceFiles() {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
  return ["package.json", "index.ts", ...inFolders].sort();
}

/** Fingerprint of the sources; nothing where there are none, as in a published package. */
exports.sourcesHash = () => {
  if (!existsSync(join(root, "index.ts"))) return undefined;
  const hash = createHash("sha256");
  for (const file of sourceFiles())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
};

exports.textHash = (text) => createHash("sha256").update(text).digest("hex");
exports.root = root;
