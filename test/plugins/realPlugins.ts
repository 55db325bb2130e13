import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./bundle";

const DAY_MS = 24 * 60 * 60 * 1_000;
const SWITCH = "CLUSTERMESH_PLUGIN_DOWNLOAD";
/** Stands in the first lines of every launcher, so that a stand-in is never taken for the real plugin. */
export const MARK = "# stand-in of a Pulumi plugin";

/** A plugin by name and version. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** A folder with the real plugin in it, or why there is none. */
export type Search =
  { readonly kind: "found"; readonly folder: string } | { readonly kind: "missing"; readonly reason: string };

/** Where and how to look for real plugins. */
export interface SearchOptions {
  /** The Pulumi CLI that tries the download. */
  readonly pulumi: string;
  /** Milliseconds that the download may take. */
  readonly limit: number;
  readonly env: NodeJS.ProcessEnv;
}

export const folderOf = (home: string, { name, version }: Plugin) =>
  join(home, "plugins", `resource-${name}-v${version}`);
export const binaryOf = (home: string, plugin: Plugin) =>
  join(folderOf(home, plugin), `pulumi-resource-${plugin.name}`);

async function isReal(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
      return !buffer.subarray(0, bytesRead).includes(MARK);
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

const marker = ({ name, version }: Plugin, env: NodeJS.ProcessEnv) =>
  join(cacheFolder(env), `download-${name}-${version}.json`);

async function failedBefore(plugin: Plugin, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(marker(plugin, env), "utf8"));
    if (typeof note !== "object" || note === null || !("at" in note) || !("reason" in note)) return undefined;
    const fresh = typeof note.at === "number" && Date.now() - note.at < DAY_MS;
    return fresh && typeof note.reason === "string" ? note.reason : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, limit: number): string {
  if (!(error instanceof Error)) return String(error);
  if ("killed" in error && error.killed === true) return `no answer within ${String(limit / 1_000)} s`;
  const stderr = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  return (stderr === "" ? error.message : (stderr.split("\n").at(-1) ?? "")).trim().slice(0, 200);
}

async function download(plugin: Plugin, { pulumi, limit, env }: SearchOptions): Promise<Search> {
  await mkdir(cacheFolder(env), { recursive: true });
  const home = await mkdtemp(join(cacheFolder(env), "download-"));
  try {
    await promisify(execFile)(pulumi, ["plugin", "install", "resource", plugin.name, `v${plugin.version}`], {
      env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: limit,
      killSignal: "SIGKILL",
    });
    const folder = folderOf(join(cacheFolder(env), "real"), plugin);
    await mkdir(join(folder, ".."), { recursive: true });
    await rename(folderOf(home, plugin), folder);
    return { kind: "found", folder };
  } catch (error) {
    const reason = reasonOf(error, limit);
    await writeFile(marker(plugin, env), JSON.stringify({ at: Date.now(), reason }));
    return { kind: "missing", reason: `cannot be downloaded: ${reason}` };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * Looks for a real plugin: in the given Pulumi home, in the user's own, among earlier downloads, and on the plugin site.
 * The download is tried once and, when it failed, not again within a day; `CLUSTERMESH_PLUGIN_DOWNLOAD=off` forgoes it.
 */
export async function findReal(plugin: Plugin, home: string, options: SearchOptions): Promise<Search> {
  const { env } = options;
  const usual = join(env["HOME"] ?? homedir(), ".pulumi");
  for (const candidate of [home, env["PULUMI_HOME"] ?? usual, usual, join(cacheFolder(env), "real")]) {
    if (await isReal(binaryOf(candidate, plugin))) return { kind: "found", folder: folderOf(candidate, plugin) };
  }
  if (env[SWITCH] === "off") return { kind: "missing", reason: `not installed, and ${SWITCH}=off` };
  const before = await failedBefore(plugin, env);
  if (before !== undefined)
    return { kind: "missing", reason: `could not be downloaded within the last day: ${before}` };
  return download(plugin, options);
}
