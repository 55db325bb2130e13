import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ensureOwnFolder, kubernetesPlugin, type KubernetesPlugin } from "../../lab";
import { bundle, cacheFolder } from "./bundle";
import { binaryOf, folderOf, linkBuild, linkRelease, type Plugin, writeLauncher } from "./pluginFolder";
import type { InstalledPlugin, Origin, PluginReport } from "./pluginReport";
import { findRelease, type Search } from "./releases";
import { startFault } from "./startFault";

type Log = (line: string) => void;

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
  /**
   * Milliseconds that a plugin may take to start.
   * @default a minute, for a machine may be busy
   */
  readonly startLimit?: number;
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** Hears of a build, which takes minutes. @default nothing is said */
  readonly log?: Log;
  /** Builds the plugin `kubernetes`. @default the lab does, once a machine */
  readonly build?: (log: Log) => Promise<KubernetesPlugin>;
}

const NAMES = ["kubernetes", "tls", "command"] as const;
type Name = (typeof NAMES)[number];

const ROOT = resolve(__dirname, "..", "..");

/** The version of an SDK. */
export async function versionOf(name: string): Promise<string> {
  const path = join(ROOT, "node_modules", "@pulumi", name, "package.json");
  const content: unknown = JSON.parse(await readFile(path, "utf8"));
  if (typeof content === "object" && content !== null && "version" in content && typeof content.version === "string") {
    return content.version;
  }
  throw new Error(`${path} has no version; run npm ci`);
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** A plugin in the version of its SDK. */
interface Wanted extends Plugin {
  readonly name: Name;
}

async function install(
  wanted: Wanted,
  release: Search,
  home: string,
  { env, log, build, startLimit }: Required<Pick<InstallOptions, "env" | "log" | "build" | "startLimit">>,
): Promise<Origin> {
  if (release.kind === "found") {
    if (resolve(release.home) !== resolve(home)) await linkRelease(home, wanted, binaryOf(release.home, wanted));
    return { kind: "release", folder: folderOf(release.home, wanted) };
  }
  const { reason } = release;
  if (wanted.name === "kubernetes") {
    const { binary, module } = await build(log);
    const fault = await startFault(binary, env, startLimit);
    if (fault !== undefined) {
      throw new Error(
        `the built plugin ${binary} does not start (${fault}); remove ${dirname(binary)}, and it is built again`,
      );
    }
    await linkBuild(home, wanted, binary);
    return { kind: "build", module, reason };
  }
  const script = await bundle(wanted.name, cacheFolder(env));
  const command = `exec ${quoted(process.execPath)} ${quoted(script)} "$@"`;
  await writeLauncher(home, wanted, `#!/bin/sh\nPULUMI_STANDIN_VERSION=${quoted(wanted.version)} ${command}\n`);
  return { kind: "stand-in", reason };
}

/**
 * Gives a Pulumi home the plugins `kubernetes`, `tls` and `command` in the versions of the SDKs: the releases where they can be had.
 * Otherwise `kubernetes` is built from its Go module, and the others are stand-ins. Safe to call again.
 */
export async function installPlugins(
  pulumiHome: string,
  {
    pulumi = "pulumi",
    limit = 10_000,
    startLimit = 60_000,
    env = process.env,
    log = () => undefined,
    build = kubernetesPlugin,
  }: InstallOptions = {},
): Promise<PluginReport> {
  await ensureOwnFolder(cacheFolder(env));
  // Side by side: where no site answers, the limit passes once.
  const searched = await Promise.all(
    NAMES.map(async (name) => {
      const wanted: Wanted = { name, version: await versionOf(name) };
      return { wanted, release: await findRelease(wanted, pulumiHome, { pulumi, limit, startLimit, env }) };
    }),
  );
  const report: InstalledPlugin[] = [];
  for (const { wanted, release } of searched) {
    report.push({ ...wanted, ...(await install(wanted, release, pulumiHome, { env, log, build, startLimit })) });
  }
  return report;
}
