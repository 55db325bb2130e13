/**
 * Bundles the program and its deploy-time commands into dist/, so that nothing is compiled when Pulumi runs. `npm ci` does this; after a
 * change of the sources: `npm run build`. With `--if-needed` it does nothing where dist/ is whole and fits the sources.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";
import built from "./built.cjs";
import sources from "./sources.cjs";

const { root, sourcesHash, textHash } = sources;
const COMMANDS = ["demoPings", "etcdUsers", "guard", "member", "meshCheck"];
const ENTRIES = ["index.ts", ...COMMANDS.map((name) => `components/commands/${name}.ts`)];

const builtName = (entry) => (entry === "index.ts" ? "program.cjs" : `${basename(entry, ".ts")}.cjs`);

/** The program loads its SDKs from node_modules, where Pulumi has loaded them already; a command starts sooner as one file. */
const externals = (entry) => (entry === "index.ts" ? { packages: "external" } : { external: ["etcd3"] });

function bundle(entry) {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    ...externals(entry),
    legalComments: "none",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/** Files appear with their content or not at all, and the manifest, by which they are checked, comes last. */
function write(folder, name, text) {
  const draft = mkdtempSync(join(folder, ".draft-"));
  writeFileSync(join(draft, name), text);
  renameSync(join(draft, name), join(folder, name));
  rmSync(draft, { recursive: true });
}

const folder = join(root, "dist");
if (!process.argv.includes("--if-needed") || !built.isBuilt(ENTRIES.map(builtName))) {
  const hash = sourcesHash();
  mkdirSync(folder, { recursive: true });
  const made = ENTRIES.map((entry) => ({ name: builtName(entry), text: bundle(entry) }));
  for (const { name, text } of made) write(folder, name, text);
  const files = Object.fromEntries(made.map(({ name, text }) => [name, textHash(text)]));
  write(folder, "manifest.json", `${JSON.stringify({ sources: hash, files }, undefined, 2)}\n`);
}
