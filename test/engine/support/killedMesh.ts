import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { frozenAt } from "../../support/stacks/frozenRun";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { readState, type StackState } from "../../support/stacks/stackState";
import { engine } from "./engine";

type Objects = Readonly<Record<string, object>>;

/** A mesh of its own: what the loop over the boundaries runs on. */
export interface Mesh {
  readonly clusters: readonly LabCluster[];
  readonly stack: PulumiStack;
  readonly untouched: readonly Objects[];
  readonly meshed: readonly Objects[];
  /** What the state has recorded of each cluster: the true originals. */
  readonly originals: readonly unknown[];
  /** Its resources, sorted. */
  readonly urns: readonly string[];
}

const stateOf = async ({ stack }: Pick<Mesh, "stack">): Promise<StackState> => readState(await stack.export());

/** What is recorded of each cluster as it was found. */
const originalsIn = (state: StackState, clusters: readonly LabCluster[]): readonly unknown[] =>
  clusters.map(({ name }) => {
    const recorded = JSON.parse(String(state.outputsOf(`clustermesh-${name}-original-config`)["stdout"])) as {
      readonly config: unknown;
    };
    return recorded.config;
  });

/** Resources that write to a cluster; all others are only in the state. */
const WRITES = /\$(kubernetes|command):/;

/** Whether the step of a resource writes to a cluster. */
export const writes = (urn: string): boolean => WRITES.test(urn);

/**
 * What a resource is to a run that is killed after it, whichever cluster it is of: its type where it writes to a cluster, and the name
 * beside it for deploy-time commands, which do different things; the package for all that is in the state alone.
 */
export function kindOf(urn: string, { clusters }: Pick<Mesh, "clusters">): string {
  const [, , types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  if (!writes(urn)) return type.split(":")[0] ?? "";
  if (type !== "command:local:Command") return type;
  return clusters.reduce((text, cluster) => text.replace(`${cluster.name}-`, ""), `${type} ${name}`);
}

/** A mesh after an up and a destroy that nobody has disturbed. */
export async function referenceMesh(clusters: readonly LabCluster[], name: string): Promise<Mesh> {
  const stack = (await engine()).workstation.stack(name);
  await stack.init(meshConfig(clusters));
  const untouched = await snapshots(clusters);
  succeeded(await stack.up());
  const meshed = await meshedViews({ clusters, untouched });
  const state = await stateOf({ stack });
  const { urns } = state;
  const originals = originalsIn(state, clusters);
  for (const recorded of originals) {
    assert.match(JSON.stringify(recorded), /"value":"default".*"helm"|"helm".*"value":"default"/);
  }
  succeeded(await stack.destroy());
  assert.deepEqual(await snapshots(clusters), untouched);
  return { clusters, stack, untouched, meshed, originals, urns: urns.toSorted() };
}

/** What a killed run has left of its state. */
export interface Left {
  /** Whether a step that had ended is in it as one under way. */
  readonly pending: boolean;
  /** Whether it could not be read until an empty file of attributes was removed. */
  readonly unread: boolean;
}

/** Kills an operation as soon as the step of a resource has ended. */
export async function killedAfter(mesh: Mesh, operation: "up" | "destroy", urn: string): Promise<Left> {
  const { stack } = mesh;
  const run = await frozenAt(stack, operation, (ended) => ended.some((step) => step.urn === urn), ["--parallel", "1"]);
  await run.kill();
  const unread = await stack.cancel();
  return { pending: (await stateOf(mesh)).pending.length > 0, unread };
}

/** The clusters and the state are as after the up that nobody disturbed. */
export async function assertMeshed(mesh: Mesh): Promise<void> {
  assert.deepEqual(await meshedViews(mesh), mesh.meshed);
  const state = await stateOf(mesh);
  assert.deepEqual([...state.urns].sort(), [...mesh.urns].sort());
  // The engine itself keeps a creation as pending until a refresh is told to forget it, although the next up has made the resource.
  const open = state.pending.filter(({ type, urn }) => type !== "creating" || !mesh.urns.includes(urn));
  assert.deepEqual(open, []);
  assert.deepEqual(originalsIn(state, mesh.clusters), mesh.originals);
}

/** The clusters are as found, and the state is empty. */
export async function assertUntouched(mesh: Mesh): Promise<void> {
  assert.deepEqual(await snapshots(mesh.clusters), mesh.untouched);
  assert.deepEqual((await stateOf(mesh)).urns, []);
}

/** The engine forgets creations of killed runs, as the user has it do. */
export async function forgetPending(mesh: Mesh): Promise<void> {
  if ((await stateOf(mesh)).pending.length > 0) {
    succeeded(await mesh.stack.refresh("--clear-pending-creates"));
    assert.deepEqual((await stateOf(mesh)).pending, []);
  }
}
