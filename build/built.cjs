/**
 * Loads what `npm run build` has made. A built file that is missing, not whole, or made from other sources than those beside it is an error:
 * a step that ran an old program, or an empty one, would count as done.
 */
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const { root, sourcesHash, textHash } = require("./sources.cjs");

const folder = join(root, "dist");

function read(name) {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (error) {
    throw new Error(`dist/${name} cannot be read (${error.code}); run "npm run build"`);
  }
}

const notWhole = (name) => new Error(`dist/${name} is not whole; run "npm run build"`);

/** What was built from which sources. */
function readManifest() {
  const text = read("manifest.json");
  try {
    const { sources, files } = JSON.parse(text);
    if (typeof sources === "string" && typeof Object(files)["program.cjs"] === "string") return { sources, files };
  } catch {
    // A build that a full disk or a power failure has cut short.
  }
  throw notWhole("manifest.json");
}

/** The text of a built file, such as `program.cjs`. */
function builtText(name) {
  const manifest = readManifest();
  const expected = Object.hasOwn(manifest.files, name) ? manifest.files[name] : undefined;
  if (expected === undefined) {
    throw new Error(`${name} is nothing that is built; there are ${Object.keys(manifest.files).join(", ")}`);
  }
  const sources = sourcesHash();
  if (sources !== undefined && sources !== manifest.sources) {
    throw new Error(`the sources have changed since dist/${name} was built; run "npm run build"`);
  }
  const text = read(name);
  if (textHash(text) !== expected) throw notWhole(name);
  return text;
}

/** Runs a built file and gives its exports. */
exports.loadBuilt = (name) => {
  const file = join(folder, name);
  const built = new Module(file);
  built.filename = file;
  built.paths = Module._nodeModulePaths(folder);
  built._compile(builtText(name), file);
  return built.exports;
};

/** Whether all of these files are whole, and made from the sources beside them. */
exports.isBuilt = (names) => {
  try {
    names.forEach(builtText);
    return true;
  } catch {
    return false;
  }
};
