/**
 * Runs a script of this folder: `node run.mjs member.ts <verb>`. JavaScript, because it is what node starts: the scripts are TypeScript,
 * bundled once into the user's cache under a name made of their content. Through a loader each of a mesh's commands would take three times
 * as long.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DAY_MS = 24 * 60 * 60 * 1000;
const here = dirname(fileURLToPath(import.meta.url));
const library = dirname(here);
const [script = ""] = process.argv.splice(2, 1);

function contentHash() {
  // Its dependencies are pinned there.
  const manifest = readFileSync(join(dirname(library), "package.json"));
  const hash = createHash("sha256").update(process.version).update(manifest);
  for (const file of readdirSync(library, { recursive: true, encoding: "utf8" }).sort()) {
    if (file.endsWith(".ts")) hash.update(file).update(readFileSync(join(library, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function bundle() {
  const { buildSync } = await import("esbuild");
  const { outputFiles } = buildSync({
    entryPoints: [join(here, script)],
    bundle: true,
    write: false,
    platform: "node",
    target: `node${process.versions.node}`,
    format: "cjs",
    // Reads files beside its own.
    external: ["etcd3"],
    legalComments: "none",
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/** Bundles of other contents; what began a moment ago has read its own already. */
function removeOld(folder) {
  for (const other of readdirSync(folder)) {
    const path = join(folder, other);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { force: true });
  }
}

/** What cannot be kept is made again. */
function keep(file, text) {
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const partial = `${file}.${String(process.pid)}`;
    writeFileSync(partial, text, { mode: 0o600 });
    renameSync(partial, file);
    removeOld(folder);
  } catch (error) {
    if (!("code" in error)) throw error;
  }
}

async function bundled() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const file = join(cache, "cilium-clustermesh", "commands", `${script}-${contentHash()}.cjs`);
  try {
    return readFileSync(file, "utf8");
  } catch {
    const text = await bundle();
    keep(file, text);
    return text;
  }
}

const name = join(here, script);
const module = new Module(name);
module.filename = name;
module.paths = Module._nodeModulePaths(here);
module._compile(await bundled(), name);
