import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./bundle";

const LIMIT_MS = 10_000;
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

const marker = ({ name, version }: Plugin) => join(cacheFolder(), `download-${name}-${version}.json`);

async function failedBefore(plugin: Plugin): Promise<string | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(marker(plugin), "utf8"));
    if (typeof note !== "object" || note === null || !("at" in note) || !("reason" in note)) return undefined;
    const fresh = typeof note.at === "number" && Date.now() - note.at < DAY_MS;
    return fresh && typeof note.reason === "string" ? note.reason : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("killed" in error && error.killed === true) return `no answer within ${String(LIMIT_MS / 1_000)} s`;
  const stderr = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  return (stderr === "" ? error.message : (stderr.split("\n").at(-1) ?? "")).trim().slice(0, 200);
}

async function download(plugin: Plugin, pulumi: string): Promise<Search> {
  await mkdir(cacheFolder(), { recursive: true });
  const home = await mkdtemp(join(tmpdir(), "plugin-"));
  try {
    const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await promisify(execFile)(pulumi, ["plugin", "install", "resource", plugin.name, `v${plugin.version}`], {
      env,
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    const folder = folderOf(join(cacheFolder(), "real"), plugin);
    await mkdir(join(folder, ".."), { recursive: true });
    await rename(folderOf(home, plugin), folder);
    return { kind: "found", folder };
  } catch (error) {
    const reason = reasonOf(error);
    await writeFile(marker(plugin), JSON.stringify({ at: Date.now(), reason }));
    return { kind: "missing", reason: `cannot be downloaded: ${reason}` };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * Looks for a real plugin: in the given Pulumi home, in the user's own, among earlier downloads, and on the plugin site.
 * The download is tried for at most 10 seconds and, when it failed, not again within a day; `CLUSTERMESH_PLUGIN_DOWNLOAD=off` forgoes it.
 */
export async function findReal(plugin: Plugin, home: string, pulumi: string): Promise<Search> {
  const userHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  for (const candidate of [home, userHome, join(homedir(), ".pulumi"), join(cacheFolder(), "real")]) {
    if (await isReal(binaryOf(candidate, plugin))) return { kind: "found", folder: folderOf(candidate, plugin) };
  }
  if (process.env[SWITCH] === "off") return { kind: "missing", reason: `not installed, and ${SWITCH}=off` };
  const before = await failedBefore(plugin);
  if (before !== undefined)
    return { kind: "missing", reason: `could not be downloaded within the last day: ${before}` };
  return download(plugin, pulumi);
}
