import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bundle, cacheFolder } from "./bundle";
import { binaryOf, findReal, folderOf, MARK, type Plugin, type SearchOptions } from "./realPlugins";

/** What one plugin of a run is, and why. */
export interface InstalledPlugin extends Plugin {
  readonly kind: "real" | "stand-in";
  readonly reason: string;
}

/** What the plugins of a run are. */
export type PluginReport = readonly InstalledPlugin[];

/** Settings of {@link installPlugins}. */
export interface InstallOptions {
  /**
   * The Pulumi CLI that tries the download.
   * @default `pulumi` of PATH
   */
  readonly pulumi?: string;
  /**
   * Milliseconds that the download of one plugin may take.
   * @default 10 seconds
   */
  readonly limit?: number;
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
}

const NAMES = ["kubernetes", "tls", "command"] as const;
const ROOT = resolve(__dirname, "..", "..");

async function versionOf(name: string): Promise<string> {
  const path = join(ROOT, "node_modules", "@pulumi", name, "package.json");
  const content: unknown = JSON.parse(await readFile(path, "utf8"));
  if (typeof content === "object" && content !== null && "version" in content && typeof content.version === "string") {
    return content.version;
  }
  throw new Error(`${path} has no version; run npm ci`);
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

async function installStandIn(plugin: Plugin, home: string, env: NodeJS.ProcessEnv): Promise<void> {
  const script = await bundle(plugin.name, cacheFolder(env));
  const launcher = binaryOf(home, plugin);
  await rm(folderOf(home, plugin), { recursive: true, force: true });
  await mkdir(dirname(launcher), { recursive: true });
  await writeFile(
    launcher,
    `#!/bin/sh\n${MARK}\nPULUMI_STANDIN_VERSION=${quoted(plugin.version)} exec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`,
  );
  await chmod(launcher, 0o755);
}

async function useReal(plugin: Plugin, folder: string, home: string): Promise<void> {
  const target = folderOf(home, plugin);
  if (resolve(folder) === resolve(target)) return;
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const binary = `pulumi-resource-${plugin.name}`;
  await symlink(join(folder, binary), join(target, binary));
}

async function install(name: string, home: string, options: SearchOptions): Promise<InstalledPlugin> {
  const plugin = { name, version: await versionOf(name) };
  const search = await findReal(plugin, home, options);
  if (search.kind === "found") {
    await useReal(plugin, search.folder, home);
    return { ...plugin, kind: "real", reason: search.folder };
  }
  await installStandIn(plugin, home, options.env);
  return { ...plugin, kind: "stand-in", reason: search.reason };
}

/**
 * Gives a Pulumi home the plugins `kubernetes`, `tls` and `command` in the versions of the SDKs: the real ones where they
 * can be had, otherwise their stand-ins. Safe to call again.
 */
export function installPlugins(
  pulumiHome: string,
  { pulumi = "pulumi", limit = 10_000, env = process.env }: InstallOptions = {},
): Promise<PluginReport> {
  return Promise.all(NAMES.map((name) => install(name, pulumiHome, { pulumi, limit, env })));
}

/** One line that every result is to be printed with: which plugins it ran on. */
export function describePlugins(report: PluginReport): string {
  const groups = new Map<string, string[]>();
  for (const { name, version, kind, reason } of report) {
    const key = kind === "real" ? "real" : `stand-in (${reason})`;
    groups.set(key, [...(groups.get(key) ?? []), `${name} ${version}`]);
  }
  return `plugins: ${[...groups].map(([key, names]) => `${names.join(", ")}: ${key}`).join("; ")}`;
}
