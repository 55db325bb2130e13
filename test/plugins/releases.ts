import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { homeFolder } from "../../lab";
import { cacheFolder } from "./bundle";
import { binaryOf, folderOf, hasRelease, type Plugin } from "./pluginFolder";
import { startFault } from "./startFault";

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
  /** Milliseconds that a plugin may take to start. */
  readonly startLimit: number;
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

/** Whether a Pulumi home has the release, or what is wrong with the one that it has. */
async function look(
  home: string,
  plugin: Plugin,
  { env, startLimit }: SearchOptions,
): Promise<"none" | "found" | Error> {
  if (!(await hasRelease(home, plugin))) return "none";
  const fault = await startFault(binaryOf(home, plugin), env, startLimit);
  return fault === undefined ? "found" : new Error(`in ${folderOf(home, plugin)} does not start (${fault})`);
}

/** Moves a plugin among the downloads. Another process may have been quicker; what it has left half done makes way. */
async function keep(draft: string, plugin: Plugin, options: SearchOptions): Promise<string> {
  const found = await look(draft, plugin, options);
  if (found !== "found") throw found === "none" ? new Error("there is no program in what was downloaded") : found;
  const home = downloads(options.env);
  const folder = folderOf(home, plugin);
  await mkdir(dirname(folder), { recursive: true });
  try {
    await rename(folderOf(draft, plugin), folder);
  } catch (error) {
    if ((await look(home, plugin, options)) === "found") return home;
    await rm(folder, { recursive: true, force: true });
    await rename(folderOf(draft, plugin), folder).catch(() => {
      throw error;
    });
  }
  return home;
}

async function download(plugin: Plugin, options: SearchOptions): Promise<Search> {
  const { pulumi, limit, env } = options;
  await mkdir(cacheFolder(env), { recursive: true });
  const draft = await mkdtemp(join(cacheFolder(env), "download-"));
  try {
    await promisify(execFile)(pulumi, ["plugin", "install", "resource", plugin.name, `v${plugin.version}`], {
      env: { ...env, PULUMI_HOME: draft, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: limit,
      killSignal: "SIGKILL",
    });
    return { kind: "found", home: await keep(draft, plugin, options) };
  } catch (error) {
    const reason = reasonOf(error, limit);
    await writeFile(marker(plugin, env), JSON.stringify({ at: Date.now(), reason }));
    return { kind: "missing", reason: `cannot be downloaded: ${reason}` };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Pulumi homes that may have a release. */
function homes(home: string, env: NodeJS.ProcessEnv): readonly string[] {
  const own = env["PULUMI_HOME"] ?? "";
  return [home, ...(isAbsolute(own) ? [own] : []), join(homeFolder(env), ".pulumi"), downloads(env)];
}

/**
 * Looks for a plugin's release: in the given Pulumi home, in the user's own, among earlier downloads, and on the plugin site. One that does not
 * start is passed over, and named if there is no other.
 * The download is tried once and, when it failed, not again within a day; `CLUSTERMESH_PLUGIN_DOWNLOAD=off` forgoes it.
 */
export async function findRelease(plugin: Plugin, home: string, options: SearchOptions): Promise<Search> {
  const { env } = options;
  const faults = new Set<string>();
  for (const candidate of homes(home, env)) {
    const found = await look(candidate, plugin, options);
    if (found === "found") return { kind: "found", home: candidate };
    if (found !== "none") faults.add(found.message);
  }
  const missing = (reason: string): Search => ({ kind: "missing", reason: [...faults, reason].join("; it ") });
  if (env[SWITCH] === "off")
    return missing(`is not installed${faults.size > 0 ? " elsewhere" : ""}, and ${SWITCH}=off`);
  const before = await failedBefore(plugin, env);
  if (before !== undefined) return missing(`could not be downloaded within the last day: ${before}`);
  const downloaded = await download(plugin, options);
  return downloaded.kind === "found" ? downloaded : missing(downloaded.reason);
}
