import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { findOnPath, MissingPrerequisite } from "../cache/toolchain";
import type { CgroupLayout } from "../host/cgroupLayout";
import { readCgroupLayout } from "../host/cgroupSteps";
import { cacheFolder } from "../host/folders";
import { availableMemory } from "../host/memory";
import { messageOf, run } from "../host/run";

/** What a machine has, as far as nodes depend on it. */
export interface MachineFacts {
  readonly root: boolean;
  /** Programs that were not found. */
  readonly missingPrograms: readonly string[];
  readonly cgroups: CgroupLayout;
  /** File systems that could not be mounted, and the kernel's word on each. */
  readonly fileSystemFailures: Readonly<Record<string, string>>;
  /** Whether the kernel describes its own types, which Cilium's programs are loaded with. */
  readonly typeInformation: boolean;
  /** What the kernel said when a namespace with a bridge and a pair of devices was tried; undefined when it worked. */
  readonly networkFailure: string | undefined;
  readonly freeDiskGiB: number;
  /** Whether everything is built already. */
  readonly built: boolean;
  readonly freeMemoryGiB: number;
  /** Whether the lab runs already, and so has its memory. */
  readonly running: boolean;
}

/** What is known without looking at the machine. */
export type KnownFacts = Pick<MachineFacts, "built" | "running">;

const PROGRAMS = ["unshare", "nsenter", "mount", "umount", "pivot_root", "hostname", "ip", "tar", "cp", "chroot"];
/** File systems of a node, and the options of a try. */
const FILE_SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  overlay: ["-o", "lowerdir=/etc:/usr"],
  bpf: [],
  cgroup2: [],
  tmpfs: [],
};

/** Two clusters with three nodes take three, with Pulumi and its plugins at work. */
const MEMORY_GIB = 4;
const DISK_GIB = { cold: 14, warm: 3 } as const;

/** What keeps nodes from running on such a machine, each with what to do about it. */
export function missingForNodes(facts: MachineFacts): readonly string[] {
  const disk = facts.built ? DISK_GIB.warm : DISK_GIB.cold;
  return [
    ...(facts.root ? [] : ["root: nodes are namespaces, mounts and cgroups of their own; run it as root"]),
    ...facts.missingPrograms.map(
      (program) => `${program}: not on PATH; install util-linux, mount, iproute2 and coreutils`,
    ),
    ...(facts.cgroups.kind === "neither" ? [`cgroups: ${facts.cgroups.reason}`] : []),
    ...Object.entries(facts.fileSystemFailures).map(
      ([type, reason]) => `kernel: no file system ${type} (${reason}); load its module or use a kernel that has it`,
    ),
    ...(facts.typeInformation
      ? []
      : ["kernel: no /sys/kernel/btf/vmlinux; use a kernel built with CONFIG_DEBUG_INFO_BTF"]),
    ...(facts.networkFailure === undefined
      ? []
      : [`kernel: no network namespace with bridge and veth (${facts.networkFailure}); load their modules`]),
    ...(facts.freeDiskGiB >= disk
      ? []
      : [
          `disk: ${facts.freeDiskGiB.toFixed(1)} GiB free in ${cacheFolder()}, ${disk} are needed; make room, or set XDG_CACHE_HOME`,
        ]),
    ...(facts.running || facts.freeMemoryGiB >= MEMORY_GIB
      ? []
      : [`memory: ${facts.freeMemoryGiB.toFixed(1)} GiB available, ${MEMORY_GIB} are needed; end something else`]),
  ];
}

/**
 * What `unshare` tries a file system with. In a cgroup namespace of its own: a mount of cgroup v2 in that of the machine would set the options
 * of every mount of it (`nsdelegate`, `memory_recursiveprot`), and so take those away that systemd has set.
 */
export const mountTry = (type: string, options: readonly string[]): readonly string[] => [
  ...["--mount", "--cgroup", "mount", "-t", type],
  ...[...options, type, "/mnt"],
];

/** Tries something in namespaces that are gone at once. Returns why it failed. */
async function failure(command: readonly string[]): Promise<string | undefined> {
  try {
    await run("unshare", command);
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n").at(-1) ?? "no reason given";
  }
}

const tryNetwork = async (): Promise<string | undefined> =>
  (await failure(["--net", "ip", "link", "add", "br0", "type", "bridge"])) ??
  (await failure(["--net", "ip", "link", "add", "name", "v0", "type", "veth", "peer", "name", "v1"]));

async function tryFileSystems(): Promise<Readonly<Record<string, string>>> {
  const failures: Record<string, string> = {};
  for (const [type, options] of Object.entries(FILE_SYSTEMS)) {
    const reason = await failure(mountTry(type, options));
    if (reason !== undefined) failures[type] = reason;
  }
  return failures;
}

const GIB = 2 ** 30;

async function readFacts({ built, running }: KnownFacts): Promise<MachineFacts> {
  const root = process.getuid?.() === 0;
  const found = await Promise.all(PROGRAMS.map(async (program) => [program, await findOnPath(program)] as const));
  await mkdir(cacheFolder(), { recursive: true });
  const { bavail, bsize } = await statfs(cacheFolder());
  return {
    root,
    missingPrograms: found.flatMap(([program, path]) => (path === undefined ? [program] : [])),
    cgroups: readCgroupLayout(),
    fileSystemFailures: root ? await tryFileSystems() : {},
    typeInformation: existsSync("/sys/kernel/btf/vmlinux"),
    networkFailure: root ? await tryNetwork() : undefined,
    freeDiskGiB: (bavail * bsize) / GIB,
    built,
    freeMemoryGiB: availableMemory() / GIB,
    running,
  };
}

/**
 * Makes sure that this machine can run nodes, before anything is built for them.
 * @throws MissingPrerequisite with a line for everything that is missing and what to do.
 */
export async function requireNodeFeatures(known: KnownFacts): Promise<void> {
  const missing = process.platform === "linux" ? missingForNodes(await readFacts(known)) : [];
  if (missing.length > 0) throw new MissingPrerequisite(missing);
}
