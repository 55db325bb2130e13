import { meshOf, type VirtualCluster } from "../world/virtualCluster";
import { measureFloor } from "./floor";
import { MeasuredStack } from "./measuredStack";
import type { Bench, Mode, Task } from "./mode";

/** The mesh in one stack. */
export const MESH = "single";

const COMPARED = 8;
/** A mesh of one cluster is none: the smallest one is measured with a cluster more instead of one less. */
const SMALLEST = 2;

const worldSize = (clusters: number): number => (clusters === SMALLEST ? clusters + 1 : clusters);

/** Some of the clusters, from the first to the last. */
function sample(clusters: readonly VirtualCluster[]): readonly VirtualCluster[] {
  const step = Math.max(1, Math.ceil(clusters.length / COMPARED));
  return clusters.filter((_, index) => index % step === 0 || index === clusters.length - 1);
}

/** One cluster out and in again, or in and out again; ends with the size that it began with. */
async function joinAndLeave(measured: MeasuredStack, clusters: readonly VirtualCluster[], size: number): Promise<void> {
  const whole = clusters.slice(0, size);
  const leave = async (left: readonly VirtualCluster[]) => {
    await measured.stack.configure(meshOf(left));
    await measured.measure("cluster removed", "up");
  };
  const join = async (joined: readonly VirtualCluster[]) => {
    await measured.stack.configure(meshOf(joined));
    await measured.measure("cluster added", "up");
  };
  if (size === SMALLEST) {
    await join(clusters);
    await leave(whole);
  } else {
    await leave(whole.slice(0, -1));
    await join(whole);
  }
}

/** The changes of a mesh that is up. */
async function change(measured: MeasuredStack, clusters: readonly VirtualCluster[], size: number): Promise<void> {
  const whole = clusters.slice(0, size);
  await joinAndLeave(measured, clusters, size);
  await measured.stack.configure(meshOf(whole, whole[0]?.name));
  await measured.measure("endpoint changed", "up");
}

async function live(
  bench: Bench,
  measured: MeasuredStack,
  clusters: readonly VirtualCluster[],
  { clusters: size, quick }: Task,
) {
  const whole = clusters.slice(0, size);
  const compared = sample(whole);
  const before = await bench.world.fingerprints(compared);
  await measured.stack.init(meshOf(whole));
  await measured.measure("preview", "preview");
  await measured.measure("first up", "up", ({ types }) => ({ types }));
  const during = await bench.world.fingerprints(compared);
  const exported = await measured.stack.exportOpen();
  await measured.measure("no-op up", "up");
  if (!quick) {
    await change(measured, clusters, size);
  }
  await measured.measure("destroy", "destroy", async () => {
    const after = await bench.world.fingerprints(compared);
    const changed = during.filter((each, index) => each !== before[index]).length;
    const same = after.filter((each, index) => each === before[index]).length;
    bench.say(`the up had changed ${changed} of ${compared.length} clusters, and ${same} are as before again`);
    return { restored: { compared: compared.length, same } };
  });
  return { exported, whole };
}

async function run(bench: Bench, task: Task): Promise<void> {
  const clusters = await bench.world.clusters(worldSize(task.clusters));
  const measured = await MeasuredStack.make(bench, MESH, task, clusters);
  try {
    const { exported, whole } = await live(bench, measured, clusters, task);
    if (task.checkpoints === "at the end") {
      await measureFloor(bench, whole, exported);
    }
  } catch (error) {
    bench.say("makes the clusters as new");
    await bench.world.renew(clusters);
    throw error;
  } finally {
    await measured.workstation.remove();
  }
}

/** The whole mesh as one stack, through its life, and the floor below it. */
export const mesh: Mode = { name: MESH, worldSize, run };
