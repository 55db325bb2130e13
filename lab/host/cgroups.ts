import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hierarchy, parseHierarchies } from "./cgroupLayout";
import { messageOf } from "./run";
import { waitFor } from "./waitFor";

/** The cgroup hierarchies of this machine. */
export const hierarchies = (): readonly Hierarchy[] => parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));

/** Names of the cgroups right below one. */
export const childrenNames = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

const children = (folder: string): readonly string[] => childrenNames(folder).map((name) => join(folder, name));

/** Processes of a cgroup itself. */
export const processesOf = (folder: string): readonly number[] =>
  readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);

/** Moves a process into cgroups. */
export function joinCgroups(folders: readonly string[], pid: number): void {
  for (const folder of folders) writeFileSync(join(folder, "cgroup.procs"), String(pid));
}

/** Folders of all cgroups whose name begins so, at the top of any hierarchy. */
export const cgroupsNamed = (prefix: string): readonly string[] =>
  hierarchies().flatMap(({ mountPoint }) =>
    childrenNames(mountPoint)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(mountPoint, name)),
  );

/** Processes of a cgroup and of those below it. One that goes meanwhile, as pods do, has none. */
export function processesIn(folder: string): readonly number[] {
  try {
    return [...processesOf(folder), ...children(folder).flatMap(processesIn)];
  } catch {
    return [];
  }
}

/** Processes of the cgroup of this name, in any hierarchy. */
export const processesInCgroup = (name: string): readonly number[] => [
  ...new Set(hierarchies().flatMap(({ mountPoint }) => processesIn(join(mountPoint, name)))),
];

function removeTree(folder: string): void {
  for (const child of children(folder)) removeTree(child);
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
