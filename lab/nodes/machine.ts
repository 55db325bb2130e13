import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NodeTools } from "../cache/tools";
import type { UsableCgroups } from "../host/cgroupLayout";
import { nodeCgroups } from "../host/cgroupPlan";
import { carryOut, makeNodeCgroups } from "../host/cgroupSteps";
import { ensureDaemon, endProcess, runningDaemon } from "../host/daemon";
import { onLoopback } from "../host/place";
import { childrenOf, hasBegun, type ProcessIdentity } from "../host/processIdentity";
import { run } from "../host/run";
import { isSetUp, markSetUp } from "../host/setUpMark";
import { waitFor } from "../host/waitFor";
import { mountSteps, TUNABLE_FILES } from "./mounts";
import { plugIn } from "./nodeNetwork";
import type { NodeSite } from "./nodeSite";

/** The daemon that is a node as a whole. */
export const MACHINE = "machine";
const INIT_MS = 10_000;

/** Everything that a machine does not share with another one. */
const NAMESPACES = ["--net", "--mount", "--pid", "--cgroup", "--uts", "--ipc"];

const initOf = (holder: ProcessIdentity): ProcessIdentity | undefined => childrenOf(holder.pid)[0];

/** The first process of a node, if the node runs. Whatever becomes of the rest: it ends, and the kernel ends the node with it. */
export function runningMachine(dir: string): ProcessIdentity | undefined {
  const holder = runningDaemon(dir, MACHINE);
  return holder === undefined ? undefined : initOf(holder);
}

/** Ends the machine whose pid file is in `dir`, as pulling its plug would: every process and mount of it goes at once. */
export async function stopMachine(dir: string): Promise<void> {
  const holder = runningDaemon(dir, MACHINE);
  if (holder === undefined) return;
  const init = initOf(holder);
  if (init !== undefined) await endProcess(init, 0);
  await endProcess(holder);
}

async function setUp(
  site: NodeSite,
  tools: NodeTools,
  layout: UsableCgroups,
  fabric: ProcessIdentity,
  init: ProcessIdentity,
): Promise<void> {
  await carryOut(nodeCgroups(layout, site.cgroup).begun);
  const tunables = join(site.dir, "tunables");
  mkdirSync(tunables, { recursive: true });
  for (const [file, value] of Object.entries(TUNABLE_FILES)) writeFileSync(join(tunables, file), value);
  const inside = (step: readonly string[]): Promise<unknown> =>
    run("nsenter", [`--target=${init.pid}`, "--all", "--", ...step]);
  for (const step of mountSteps(site, layout, [tools.dir])) await inside(step);
  await inside(["hostname", site.plan.name]);
  await plugIn(site, fabric, init);
}

/**
 * Starts what a node is before anything runs on it: namespaces, cgroup, file system and network of its own. `flock` and `unshare` of
 * util-linux and a small init do it; no container engine is involved.
 */
export async function ensureMachine(
  site: NodeSite,
  tools: NodeTools,
  layout: UsableCgroups,
  fabric: ProcessIdentity,
): Promise<ProcessIdentity> {
  const { dir } = site;
  const cgroups = nodeCgroups(layout, site.cgroup);
  const mark = join(dir, "set-up");
  const running = runningMachine(dir);
  if (running !== undefined && !isSetUp(running, mark)) await stopMachine(dir);
  await ensureDaemon({
    name: MACHINE,
    dir,
    labDir: site.cluster.labDir,
    place: onLoopback("127.0.0.1"),
    cgroups: cgroups.tops,
    beforeStart: () => makeNodeCgroups(layout, cgroups),
    command: ["unshare", ...NAMESPACES, "--fork", "--kill-child=KILL", tools.tini, "--", "sleep", "infinity"],
  });
  const init = await waitFor(`${site.cluster.plan.name} ${site.plan.name}: its first process`, INIT_MS, () =>
    runningMachine(dir),
  );
  await hasBegun(init);
  if (!isSetUp(init, mark)) {
    await setUp(site, tools, layout, fabric, init);
    markSetUp(init, mark);
  }
  return init;
}
