/**
 * Bundles the program, its deploy-time commands and the policy pack into dist/, so that nothing is compiled when Pulumi runs. `npm ci` does this; after a
 * change of the sources: `npm run build`. With `--if-needed` it does nothing where dist/ is whole and fits the sources.
 */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { buildSync } from "esbuild";
import built from "./built.cjs";
import sources from "./sources.cjs";

const { root, sourcesHash, textHash } = sources;
/** The rooms that have a deploy-time program. */
const COMMANDS = ["apiserver", "cluster", "demo", "etcdUsers", "meshCheck", "policyCheck"];
const ENTRIES = ["index.ts", ...COMMANDS.map((room) => `components/${room}/command.ts`), "policies/pack.ts"];

const builtName = (entry) => (entry === "index.ts" ? "program.cjs" : `${basename(dirname(entry))}.cjs`);

/** The program and the policy pack load their SDKs from node_modules, where Pulumi has loaded them already; a command starts sooner as one file. */
const externals = (entry) => (entry.startsWith("components/") ? { external: ["etcd3"] } : { packages: "external" });

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

const folder = join(root, "dist");
if (!args.includes("--if-needed") || !built.isBuilt(ENTRIES.map(builtName))) {
  const hash = sourcesHash();
  mkdirSync(folder, { recursive: true });
  const made = ENTRIES.map((entry) => ({ name: builtName(entry), text: bundle(entry) }));
  for (const { name, text } of made) write(folder, name, text);
  const files = Object.fromEntries(made.map(({ name, text }) => [name, textHash(text)]));
  write(folder, "manifest.json", `${JSON.stringify({ sources: hash, files }, undefined, 2)}\n`);
}
