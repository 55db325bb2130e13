/**
 * Bundles the program, the library, the component provider, the policy pack and the deploy-time commands into dist/, so that nothing is compiled when
 * Pulumi runs. `npm ci` does this; after a change of the sources: `npm run build`. With `--if-needed` it does nothing where dist/ is whole and fits the sources.
 */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import built from "./built.cjs";
import sources from "./sources.cjs";

const { root, sourcesHash, textHash } = sources;
/** The rooms that have a deploy-time program. */
const COMMANDS = ["apiserver", "cluster", "demo", "etcdUsers", "meshCheck", "policyCheck"];
/** What Pulumi's process loads, and the name of what is built of it. */
const LOADED = {
  "index.ts": "program.cjs",
  "components/index.ts": "library.cjs",
  "components/provider/main.ts": "provider.cjs",
  "policies/pack.ts": "policies.cjs",
};
const ENTRIES = [...Object.keys(LOADED), ...COMMANDS.map((room) => `components/${room}/command.ts`)];

const builtName = (entry) => LOADED[entry] ?? `${basename(dirname(entry))}.cjs`;

/** What Pulumi loads has its SDKs from node_modules, where Pulumi has loaded them already; a command starts sooner as one file. */
const externals = (entry) => (entry in LOADED ? { packages: "external" } : { external: ["etcd3"] });

/** It is a tool of this project, and no user of the package needs it. */
async function loadEsbuild() {
  try {
    return await import("esbuild");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("build: esbuild is not installed; run npm ci, without --omit=dev\n");
    return process.exit(1);
  }
}

function bundle(entry, { buildSync }) {
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

/** Has the disk keep what was written to a file, or which files a folder has. */
function keep(path) {
  const descriptor = openSync(path, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Files appear with their content or not at all, after a power loss too, and the manifest, by which they are checked, comes last. */
function write(folder, name, text) {
  const draft = mkdtempSync(join(folder, ".draft-"));
  writeFileSync(join(draft, name), text);
  keep(join(draft, name));
  renameSync(join(draft, name), join(folder, name));
  keep(folder);
  rmSync(draft, { recursive: true });
}

const USAGE = "Usage: npm run build                      (node build/build.mjs [--if-needed])";
const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const unknown = args.find((arg) => arg !== "--if-needed");
if (unknown !== undefined) {
  process.stderr.write(`build: ${unknown} is not known\n${USAGE}\n`);
  process.exit(2);
}

// Pulumi has npm install what a package of components needs in the package's own folder, and npm runs this there.
const isPackage = sourcesHash() === undefined;
const ifNeeded = args.includes("--if-needed");
if (isPackage && ifNeeded) process.exit(0);

const folder = join(root, "dist");
if (!ifNeeded || !built.isBuilt(ENTRIES.map(builtName))) {
  const esbuild = await loadEsbuild();
  const hash = sourcesHash();
  if (hash === undefined) throw new Error(`${root} is no clone of cilium-clustermesh`);
  mkdirSync(folder, { recursive: true });
  const made = ENTRIES.map((entry) => ({ name: builtName(entry), text: bundle(entry, esbuild) }));
  for (const { name, text } of made) write(folder, name, text);
  const files = Object.fromEntries(made.map(({ name, text }) => [name, textHash(text)]));
  write(folder, "manifest.json", `${JSON.stringify({ sources: hash, files }, undefined, 2)}\n`);
}
