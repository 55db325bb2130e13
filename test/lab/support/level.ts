import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { down, up, type Lab, type LabCluster } from "../../../lab";
import { describePlugins } from "../../plugins/pluginReport";
import { makeWorkstation, type Workstation } from "../../support/stacks/pulumi";
import { hostState, tracesOf, type HostState } from "./hostState";
import { NODE_LAB } from "./nodeLab";
import { labRouting } from "./routing";
import { say, timed } from "./say";

/** Traffic between nodes of one cluster needs two in one of them. */
const NODES = [2, 1] as const;

/** What the lab level runs on, started once for all its files. */
export interface Level {
  readonly lab: Lab;
  readonly workstation: Workstation;
  /** The machine before there was a lab; unknown for a lab that was kept from an earlier run. */
  readonly before: HostState | undefined;
}

const isKept = (): boolean => process.env["KEEP_LAB"] !== undefined;

let running: Promise<Level> | undefined;

async function start(): Promise<Level> {
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  // A run that was killed leaves clusters in a state that nobody knows any more.
  if (!isKept()) await down({ name: NODE_LAB, log });
  const before = isKept() ? undefined : await hostState();
  const lab = await timed("lab up", () => up({ name: NODE_LAB, nodes: NODES, routing: labRouting(), log }));
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log,
  });
  log(describePlugins(workstation.plugins));
  return { lab, workstation, before };
}

/** The running lab level. */
export function level(): Promise<Level> {
  running ??= start();
  return running;
}

/** Its two clusters: the first has two nodes and the demo's database, the second has one. */
export async function twoClusters(): Promise<readonly [LabCluster, LabCluster]> {
  const [first, second] = (await level()).lab.clusters;
  return [first ?? assert.fail("no cluster1"), second ?? assert.fail("no cluster2")];
}

let grown: Promise<LabCluster> | undefined;

async function grow(): Promise<LabCluster> {
  await level();
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  const { clusters } = await timed("third cluster", () =>
    up({ name: NODE_LAB, nodes: [...NODES, 1], routing: labRouting(), log }),
  );
  return clusters[2] ?? assert.fail("no cluster3");
}

/** A cluster that is there only for the tests that change the mesh, and joins the lab with the first of them. */
export function thirdCluster(): Promise<LabCluster> {
  grown ??= grow();
  return grown;
}

/** Takes the lab down and looks whether this machine is as it was before. */
async function endLab(lab: Lab, before: HostState): Promise<void> {
  const during = await tracesOf(lab.name, lab.dir);
  assert.ok(during.processes.length > 0 && during.namespaces.length > 0 && during.cgroups.length > 0);
  await timed("lab down", () => lab.down());
  const nothing = { processes: [], namespaces: [], mounts: [], cgroups: [] };
  assert.deepEqual(await tracesOf(lab.name, lab.dir, during.namespaces), nothing, "something of the lab is left");
  assert.ok(!existsSync(lab.dir), `${lab.dir} is left`);
  assert.deepEqual(await hostState(), before, "the machine is not as it was before the lab");
  const counts = Object.entries(during).map(([what, list]) => `${list.length} ${what}`);
  const compared = Object.entries(before).map(([what, list]) => `${list.length} ${what}`);
  say(`nothing left of ${counts.join(", ")}; equal before and after: ${compared.join(", ")}`);
}

/** Ends what {@link level} has started. With KEEP_LAB set, the lab goes on running, for a look or for the next run. */
export async function endLevel(unmesh: () => Promise<void>): Promise<void> {
  if (running === undefined) return;
  const { lab, workstation, before } = await running;
  try {
    await unmesh();
  } finally {
    await workstation.remove();
    if (before !== undefined) await endLab(lab, before);
  }
}
