import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "./run";
import { waitFor } from "./waitFor";

/** One cgroup hierarchy of this machine and where it is mounted. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** Controllers of a v1 hierarchy, as `mount -o` takes them; none for v2. */
  readonly controllers: readonly string[];
}

const KNOWN_CONTROLLERS = new Set([
  ...["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"],
  ...["net_cls", "net_prio", "perf_event", "hugetlb", "rdma", "misc"],
]);

/** The cgroup hierarchies out of /proc/self/mountinfo; named ones such as systemd's have no controllers and are left out. */
export function parseHierarchies(mountInfo: string): readonly Hierarchy[] {
  const found = mountInfo.split("\n").flatMap((line): Hierarchy[] => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , root = "", mountPoint = ""] = left.split(" ");
    // Part of a hierarchy, mounted elsewhere for another program.
    if (root !== "/") return [];
    const [type = "", , options = ""] = right.split(" ");
    if (type === "cgroup2") return [{ version: 2, mountPoint, controllers: [] }];
    const controllers = options.split(",").filter((option) => KNOWN_CONTROLLERS.has(option));
    return type === "cgroup" && controllers.length > 0 ? [{ version: 1, mountPoint, controllers }] : [];
  });
  const unique = new Map(found.toReversed().map((each) => [each.controllers.join(), each]));
  return [...unique.values()].reverse();
}

/** The cgroup hierarchies of this machine. */
export const hierarchies = (): readonly Hierarchy[] => parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));

/** Makes the cgroup `name` in every hierarchy, and returns the folders. */
export function makeCgroups(name: string): readonly string[] {
  return hierarchies().map(({ mountPoint, controllers }) => {
    const folder = join(mountPoint, name);
    mkdirSync(folder, { recursive: true });
    // A new cpuset is empty, and nothing can run in an empty one.
    if (controllers.includes("cpuset")) {
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        writeFileSync(join(folder, file), readFileSync(join(mountPoint, file)));
      }
    }
    return folder;
  });
}

/** Moves a process into cgroups. */
export function joinCgroups(folders: readonly string[], pid: number): void {
  for (const folder of folders) writeFileSync(join(folder, "cgroup.procs"), String(pid));
}

/** Folders of all cgroups whose name begins so, at the top of any hierarchy. */
export const cgroupsNamed = (prefix: string): readonly string[] =>
  hierarchies().flatMap(({ mountPoint }) =>
    readdirSync(mountPoint, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
      .map((entry) => join(mountPoint, entry.name)),
  );

/** Processes of a cgroup and of those below it. One that goes meanwhile, as pods do, has none. */
export function processesIn(folder: string): readonly number[] {
  try {
    const own = readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
    return [...own, ...below(folder).flatMap(processesIn)];
  } catch {
    return [];
  }
}

/** Processes of the cgroup of this name, in any hierarchy. */
export const processesInCgroup = (name: string): readonly number[] => [
  ...new Set(hierarchies().flatMap(({ mountPoint }) => processesIn(join(mountPoint, name)))),
];

const below = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));

function removeTree(folder: string): void {
  for (const child of below(folder)) removeTree(child);
  rmdirSync(folder);
}

const REMOVE_MS = 20_000;

/** Removes cgroups with all below them, once the last process has gone: the kernel refuses before. */
export async function removeCgroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await waitFor(`cgroup ${folder} to be empty`, REMOVE_MS, (note) => {
      if (!existsSync(folder)) return true;
      try {
        removeTree(folder);
        return true;
      } catch (error) {
        note(`${messageOf(error)}; processes ${processesIn(folder).join(", ")}`);
        return undefined;
      }
    });
  }
}
