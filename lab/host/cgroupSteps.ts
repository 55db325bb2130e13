import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../cache/progress";
import { cgroupLayout, type CgroupLayout, type UsableCgroups } from "./cgroupLayout";
import { type CgroupStep, closeSteps, type NodeCgroups, openSteps, type RootFacts } from "./cgroupPlan";
import { childrenNames, processesOf, removeCgroups } from "./cgroups";
import { withLock } from "./lock";
import { messageOf } from "./run";
import { waitFor } from "./waitFor";

/** Which cgroups of this machine nodes can be in. */
export const readCgroupLayout = (): CgroupLayout =>
  cgroupLayout({
    mountInfo: readFileSync("/proc/self/mountinfo", "utf8"),
    fileSystems: readFileSync("/proc/filesystems", "utf8"),
    controllersAt: (mountPoint) => readFileSync(join(mountPoint, "cgroup.controllers"), "utf8"),
  });

/** The cgroups that nodes can be in. @throws Error that says what this machine lacks. */
export function usableCgroups(): UsableCgroups {
  const layout = readCgroupLayout();
  if (layout.kind === "neither") throw new Error(`cgroups: ${layout.reason}`);
  return layout;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

function moveOne(pid: number, to: string): void {
  try {
    writeFileSync(join(to, "cgroup.procs"), String(pid));
  } catch (error) {
    // It has just ended.
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

const MOVE_MS = 10_000;

/** Moves processes until there are none: those that were there may start others meanwhile. */
async function moveAll(from: string, to: string): Promise<void> {
  await waitFor(`cgroup ${from} to have no process`, MOVE_MS, (note) => {
    const pids = processesOf(from);
    // What this process cannot see, it cannot move.
    if (pids.includes(0)) throw new Error(`cgroup ${from}: has processes of another PID namespace; end them`);
    note(`processes ${pids.join(", ")}`);
    for (const pid of pids) moveOne(pid, to);
    return processesOf(from).length === 0 ? true : undefined;
  });
}

function switchController({ step, folder, controller }: Extract<CgroupStep, { controller: string }>): void {
  const file = join(folder, "cgroup.subtree_control");
  try {
    writeFileSync(file, `${step === "enable" ? "+" : "-"}${controller}`);
  } catch (error) {
    throw new Error(`the controller ${controller} is not ${step}d in ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Changes the cgroups of this machine, step by step. */
export async function carryOut(steps: readonly CgroupStep[]): Promise<void> {
  for (const step of steps) {
    switch (step.step) {
      case "make":
        mkdirSync(step.folder, { recursive: true });
        break;
      case "remove":
        await removeCgroups([step.folder]);
        break;
      case "copy":
        writeFileSync(step.to, readFileSync(step.from));
        break;
      case "move":
        await moveAll(step.from, step.to);
        break;
      case "enable":
      case "disable":
        switchController(step);
        break;
    }
  }
}

function rootFacts(root: string): RootFacts {
  return {
    root,
    // The kernel gives this file to every cgroup but its own root.
    of: existsSync(join(root, "cgroup.type")) ? "container" : "machine",
    enabled: readFileSync(join(root, "cgroup.subtree_control"), "utf8").trim().split(" "),
    processes: processesOf(root),
    children: childrenNames(root),
  };
}

/** Labs that start and end at the same time must not take from each other what they share. */
const ROOT_LOCK = "cgroups";

/** Makes a node's cgroups. */
export const makeNodeCgroups = (layout: UsableCgroups, { before }: NodeCgroups): Promise<void> =>
  withLock(ROOT_LOCK, async () => {
    if (layout.kind === "v2") await carryOut(openSteps(rootFacts(layout.root)));
    await carryOut(before);
  });

/** Makes the root of v2 as it was before there were nodes. Where others use by now what was enabled for nodes, that is left to a later `down`. */
export async function restoreRoot(log: Log): Promise<void> {
  // Nobody else could have changed it.
  if (process.getuid?.() !== 0) return;
  const layout = readCgroupLayout();
  if (layout.kind !== "v2") return;
  await withLock(ROOT_LOCK, async () => {
    try {
      await carryOut(closeSteps(rootFacts(layout.root)));
    } catch (error) {
      if (!(error instanceof Error) || codeOf(error.cause) !== "EBUSY") throw error;
      log(`cgroups: ${error.message}; it stays as it is, for others use it`);
    }
  });
}
