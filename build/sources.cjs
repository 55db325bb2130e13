/** What the built files are made from, and a fingerprint of it that is the same wherever the project lies. */
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join, relative, sep } = require("node:path");

const root = join(__dirname, "..");
const FOLDERS = ["components", "stacks", "policies"];

/** How things are built, and what pins that which the sources import. */
const RECIPE = ["build/build.mjs", "package.json", "tsconfig.json"];

/** A source, and no file that an editor keeps beside it for a while. */
const isSource = (entry) => entry.name.endsWith(".ts") && !entry.name.startsWith(".") && !entry.isDirectory();

/** The files that decide what is built. */
function sourceFiles() {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(isSource)
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
  );
  return [...RECIPE, "index.ts", ...inFolders].sort();
}

/** The name of the project that has this folder. */
function projectName() {
  try {
    return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).name;
  } catch {
    return undefined;
  }
}

/** Whether this is a clone of the project, and not a package, or a copy of one among the files of another program. */
const isClone = () =>
  [...RECIPE, ...FOLDERS, "index.ts"].every((name) => existsSync(join(root, name))) &&
  projectName() === "cilium-clustermesh";

/** Fingerprint of the sources; nothing where they are not those of this project, as in a package. */
exports.sourcesHash = () => {
  if (!isClone()) return undefined;
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
