import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { cacheFolder as labCacheFolder } from "../../lab";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The folder of everything that is built once and used again. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => join(labCacheFolder(env), "plugins");

/** Whether a file has this very content: a full disk may have cut it short. */
async function holds(path: string, content: Uint8Array): Promise<boolean> {
  const held = await readFile(path).catch(() => undefined);
  return held?.equals(content) ?? false;
}

async function bundleAnew(name: string, folder: string): Promise<string> {
  const result = await build({
    entryPoints: [join(__dirname, name, "main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "silent",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`the stand-in ${name} could not be bundled: esbuild wrote nothing`);
  const path = join(folder, `${name}-${createHash("sha256").update(output.contents).digest("hex").slice(0, 16)}.js`);
  if (!(await holds(path, output.contents))) {
    await mkdir(folder, { recursive: true });
    await removeOld(folder, name);
    const partial = `${path}.${String(process.pid)}`;
    await writeFile(partial, output.contents);
    await rename(partial, path);
  }
  return path;
}

/** Bundles of older sources; a run that began a moment ago may still start from the last one. */
async function removeOld(folder: string, name: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (!file.startsWith(`${name}-`) || !file.endsWith(".js")) continue;
    // Another process may have removed it meanwhile.
    const made = await stat(path).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > DAY_MS) await rm(path, { force: true });
  }
}

const bundles = new Map<string, Promise<string>>();

/**
 * Bundles a stand-in into one JavaScript file of the cache, named by its content, once a run, and returns its path.
 * One file starts in a fifth of a second; its sources through tsx would take a whole one, in each run of the engine.
 */
export function bundle(name: string, folder = cacheFolder()): Promise<string> {
  const key = join(folder, name);
  const known = bundles.get(key) ?? bundleAnew(name, folder);
  bundles.set(key, known);
  return known;
}
