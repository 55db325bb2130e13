import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./bundle";
import { folderOf, hasRelease, type Plugin } from "./pluginFolder";

const DAY_MS = 24 * 60 * 60 * 1_000;
const SWITCH = "CLUSTERMESH_PLUGIN_DOWNLOAD";

/** A Pulumi home with the release in it, or why there is none. */
export type Search =
  { readonly kind: "found"; readonly home: string } | { readonly kind: "missing"; readonly reason: string };

/** Where and how to look for releases. */
export interface SearchOptions {
  /** The Pulumi CLI that tries the download. */
  readonly pulumi: string;
  /** Milliseconds that the download may take. */
  readonly limit: number;
  readonly env: NodeJS.ProcessEnv;
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

/** The home that downloads go to. */
const downloads = (env: NodeJS.ProcessEnv) => join(cacheFolder(env), "real");

async function download(plugin: Plugin, { pulumi, limit, env }: SearchOptions): Promise<Search> {
  await mkdir(cacheFolder(env), { recursive: true });
  const draft = await mkdtemp(join(cacheFolder(env), "download-"));
  try {
    await promisify(execFile)(pulumi, ["plugin", "install", "resource", plugin.name, `v${plugin.version}`], {
      env: { ...env, PULUMI_HOME: draft, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: limit,
      killSignal: "SIGKILL",
    });
    const home = downloads(env);
    await mkdir(dirname(folderOf(home, plugin)), { recursive: true });
    await rename(folderOf(draft, plugin), folderOf(home, plugin));
    return { kind: "found", home };
  } catch (error) {
    const reason = reasonOf(error, limit);
    await writeFile(marker(plugin, env), JSON.stringify({ at: Date.now(), reason }));
    return { kind: "missing", reason: `cannot be downloaded: ${reason}` };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Looks for a plugin's release: in the given Pulumi home, in the user's own, among earlier downloads, and on the plugin site.
 * The download is tried once and, when it failed, not again within a day; `CLUSTERMESH_PLUGIN_DOWNLOAD=off` forgoes it.
 */
export async function findRelease(plugin: Plugin, home: string, options: SearchOptions): Promise<Search> {
  const { env } = options;
  const usual = join(env["HOME"] ?? homedir(), ".pulumi");
  for (const candidate of [home, env["PULUMI_HOME"] ?? usual, usual, downloads(env)]) {
    if (await hasRelease(candidate, plugin)) return { kind: "found", home: candidate };
  }
  if (env[SWITCH] === "off") return { kind: "missing", reason: `is not installed, and ${SWITCH}=off` };
  const before = await failedBefore(plugin, env);
  if (before !== undefined)
    return { kind: "missing", reason: `could not be downloaded within the last day: ${before}` };
  return download(plugin, options);
}
