import { join } from "node:path";
import { mapLimited } from "../../../components/basics/mapLimited";
import { describePlugins } from "../../plugins/pluginReport";
import { makeWorkstation, type PulumiStack, type Workstation } from "../../support/stacks/pulumi";
import { underWay } from "../measure/measure";
import { endedChildrenSeconds } from "../measure/processes";
import { stateFile, type StateFile } from "../measure/stateFile";
import type { Operation } from "../results";
import { authorityOf, memberOf, type VirtualCluster } from "../world/virtualCluster";
import { OperationFailed } from "./measuredStack";
import type { Bench, Mode, Task } from "./mode";

/** The mesh as an authority stack and a cluster stack for each cluster. */
export const SPLIT = "split";

const AT_ONCE = 8;
const AUTHORITY = "authority";
const EVERY = 32;

/** Runs an operation of a stack to its end, in a session of its own. */
async function operate(stack: PulumiStack, operation: "up" | "destroy"): Promise<void> {
  const { process, ended } = stack.start(operation, ["--yes", "--skip-preview"], { detached: true });
  if (process.pid !== undefined) underWay.add(process.pid);
  const { code, text } = await ended;
  if (process.pid !== undefined) underWay.delete(process.pid);
  if (code !== 0) throw new OperationFailed(`${stack.name}: ${operation} failed:\n${text.slice(-2000)}`);
}

interface Split {
  readonly workstation: Workstation;
  readonly authority: PulumiStack;
  readonly members: readonly PulumiStack[];
}

async function makeSplit(bench: Bench, clusters: readonly VirtualCluster[]): Promise<Split> {
  const { lab, folder } = bench.world;
  const kubeconfig = await bench.world.kubeconfig(clusters);
  const workstation = await makeWorkstation({ pulumi: lab.bin.pulumi, bin: lab.bin.dir, kubeconfig, log: bench.say });
  bench.plugins(describePlugins(workstation.plugins));
  const env = { KUBECACHEDIR: join(folder, `kube-cache-${SPLIT}`), KUBERC: "off" };
  const stackOf = (name: string) => workstation.stack(name, undefined, env);
  const authority = stackOf(AUTHORITY);
  await authority.init(authorityOf(clusters));
  const members = await mapLimited(clusters, AT_ONCE, async (cluster) => {
    const stack = stackOf(cluster.name);
    await stack.init(memberOf(cluster, AUTHORITY));
    return stack;
  });
  return { workstation, authority, members };
}

/** One operation of all members, some at a time. */
async function wave(bench: Bench, members: readonly PulumiStack[], operation: "up" | "destroy"): Promise<void> {
  let ended = 0;
  await mapLimited(members, AT_ONCE, async (member) => {
    await operate(member, operation);
    ended += 1;
    if (ended % EVERY === 0) bench.say(`${operation} of ${String(ended)} of ${String(members.length)} cluster stacks`);
  });
}

/** Records what an operation of all stacks took. */
async function recorded(
  bench: Bench,
  { workstation, authority, members }: Split,
  operation: Operation,
  work: () => Promise<void>,
): Promise<void> {
  const before = endedChildrenSeconds();
  const begin = performance.now();
  await work();
  const wallSeconds = (performance.now() - begin) / 1000;
  const cpuSeconds = endedChildrenSeconds() - before;
  const states: readonly StateFile[] = await Promise.all(
    [authority, ...members].map(({ name }) => stateFile(workstation.stateDir, name)),
  );
  bench.record({
    mode: SPLIT,
    clusters: members.length,
    operation,
    checkpoints: "every step",
    at: new Date().toISOString(),
    wallSeconds,
    cpuSeconds,
    resources: states.reduce((sum, { resources }) => sum + resources, 0),
    stateBytes: Math.max(...states.map(({ bytes }) => bytes)),
  });
}

async function run(bench: Bench, task: Task): Promise<void> {
  // Its states are small, and always written as they are by default.
  if (task.checkpoints !== "at the end") return;
  const clusters = await bench.world.clusters(task.clusters);
  bench.say(`makes ${String(clusters.length + 1)} stacks`);
  const split = await makeSplit(bench, clusters);
  const { authority, members, workstation } = split;
  try {
    await recorded(bench, split, "first up", async () => {
      await operate(authority, "up");
      await wave(bench, members, "up");
    });
    await recorded(bench, split, "destroy", async () => {
      await wave(bench, members, "destroy");
      await operate(authority, "destroy");
    });
  } catch (error) {
    await bench.world.renew(clusters);
    throw error;
  } finally {
    await workstation.remove();
  }
}

/** The mesh in many stacks, eight members at a time. */
export const split: Mode = { name: SPLIT, worldSize: (clusters) => clusters, run };
