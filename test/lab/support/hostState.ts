import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../lab";

/** What the whole machine shares, and a lab must leave as it was. */
export type HostState = Readonly<Record<"sysctls" | "links" | "routes" | "mounts" | "controllers", readonly string[]>>;

const text = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

/** Tunables that are counters or differ at each reading; no one sets them. */
const BY_THEMSELVES = [
  /^fs\/(dentry-state|inode-nr|inode-state|file-nr|aio-nr)$/,
  /^fs\/quota\//,
  /^kernel\/(random\/|pty\/nr$|ns_last_pid$)/,
  /^net\/netfilter\/nf_conntrack_count$/,
];
const SYSCTLS = "/proc/sys";

async function sysctls(): Promise<readonly string[]> {
  const entries = await readdir(SYSCTLS, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(SYSCTLS.length + 1))
    .filter((path) => !BY_THEMSELVES.some((pattern) => pattern.test(path)))
    .sort();
  // Some can be written only.
  const read = (path: string) => readFile(join(SYSCTLS, path), "utf8").catch(() => "(unreadable)");
  return Promise.all(paths.map(async (path) => `${path} = ${(await read(path)).trim()}`));
}

const sortedLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .sort();

async function cgroupRoots(): Promise<readonly string[]> {
  const mounts = (await text("/proc/self/mounts")).split("\n").map((line) => line.split(" "));
  const roots = mounts.filter(([, , type]) => type?.startsWith("cgroup") === true).map(([, path = ""]) => path);
  return [...new Set(roots)];
}

/** What the root of cgroup v2 gives to the cgroups below it; v1 has no such file. */
const controllers = async (): Promise<readonly string[]> =>
  Promise.all((await cgroupRoots()).map((root) => text(join(root, "cgroup.subtree_control"))));

export async function hostState(): Promise<HostState> {
  // A route that was learnt says how long it still holds.
  const ip = async (...args: readonly string[]) =>
    sortedLines((await run("ip", args)).stdout.replaceAll(/ expires \d+sec/g, ""));
  return {
    sysctls: await sysctls(),
    links: await ip("-oneline", "link"),
    routes: await ip("route", "show", "table", "all"),
    mounts: sortedLines(await readFile("/proc/self/mounts", "utf8")),
    controllers: await controllers(),
  };
}

/** What there is of a lab on this machine. */
export type Traces = Readonly<Record<"processes" | "namespaces" | "mounts" | "cgroups", readonly string[]>>;

/** How the names of a lab's cgroups look: they have the name of its folder, and a hash of where it is. */
const cgroupName = (name: string): RegExp => new RegExp(`-lab\\.${name}-[0-9a-f]{8}\\.`);

/** The lab's own cgroups. */
async function cgroupsOf(name: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await cgroupRoots()).map(async (root) =>
      (await readdir(root)).filter((entry) => cgroupName(name).test(entry)).map((entry) => join(root, entry)),
    ),
  );
  return found.flat();
}

async function pids(): Promise<readonly string[]> {
  return (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
}

const KINDS = ["net", "mnt", "pid", "cgroup", "uts", "ipc"] as const;

async function namespacesOf(pid: string): Promise<readonly string[]> {
  const links = await Promise.all(KINDS.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => "")));
  return links.filter((link) => link !== "");
}

/** A process is the lab's when its command line, its folder, its cgroup or a mark in its environment names the lab. */
async function isOf(pid: string, name: string, dir: string): Promise<boolean> {
  const [command, environment, cgroup, folder] = await Promise.all([
    text(`/proc/${pid}/cmdline`),
    text(`/proc/${pid}/environ`),
    text(`/proc/${pid}/cgroup`),
    readlink(`/proc/${pid}/cwd`).catch(() => ""),
  ]);
  return (
    [command, folder].some((each) => `${each}/`.includes(`${dir}/`)) ||
    environment.split("\0").some((each) => each.endsWith(`=${dir}`)) ||
    cgroupName(name).test(cgroup)
  );
}

/**
 * Everything that is a lab's on this machine, found without asking the lab.
 *
 * @param known Namespaces that are known to have been the lab's: who is in one is the lab's too.
 */
export async function tracesOf(name: string, dir: string, known: readonly string[] = []): Promise<Traces> {
  const own = new Set(await namespacesOf("self"));
  const all = await Promise.all(
    (await pids()).map(async (pid) => ({
      pid,
      theirs: await isOf(pid, name, dir),
      namespaces: (await namespacesOf(pid)).filter((each) => !own.has(each)),
      command: (await text(`/proc/${pid}/cmdline`)).replaceAll("\0", " ").slice(0, 120),
    })),
  );
  const found = all.filter(
    ({ pid, theirs, namespaces }) =>
      pid !== String(process.pid) && (theirs || namespaces.some((each) => known.includes(each))),
  );
  const mounts = (await text("/proc/self/mounts")).split("\n");
  return {
    processes: found.map(({ pid, command }) => `${pid} ${command}`),
    namespaces: [...new Set(found.flatMap(({ namespaces }) => namespaces))],
    mounts: mounts.filter((line) => line.includes(`${dir}/`)),
    cgroups: await cgroupsOf(name),
  };
}
