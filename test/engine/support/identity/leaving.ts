import assert from "node:assert/strict";
import type { LabCluster } from "../../../../lab";
import { isOfCluster } from "../../../support/events";
import { secretFiles } from "../../../support/kubernetes/clusterObjects";
import { clusterConfig, meshConfig, withMember } from "../../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../../support/stacks/pulumi";
import { readState } from "../../../support/stacks/stackState";
import { newStack } from "../newStack";

export const PEERS = "cilium-clustermesh";

export function each<T>(
  clusters: readonly LabCluster[],
  read: (cluster: LabCluster) => Promise<T>,
): Promise<readonly T[]> {
  return Promise.all(clusters.map(read));
}

/** The clusters that a cluster's agents are told of. */
export async function peersOf(cluster: LabCluster): Promise<readonly string[]> {
  const files = Object.keys(await secretFiles(cluster, PEERS));
  return files.filter((file) => !file.includes(".")).sort();
}

export const names = (clusters: readonly LabCluster[]): readonly string[] => clusters.map(({ name }) => name);

/** A mesh of three clusters, the third of which leaves. */
export interface LeavingMesh {
  readonly stack: PulumiStack;
  readonly all: readonly LabCluster[];
  readonly rest: readonly LabCluster[];
  readonly leaver: LabCluster;
  readonly untouched: readonly object[];
  /** The mesh with the third cluster changed. */
  readonly withLeaver: (over: object) => Readonly<Record<string, unknown>>;
  /** What the state has recorded of the third cluster as it was found. */
  readonly originals: () => Promise<unknown>;
  readonly urns: () => Promise<readonly string[]>;
  readonly ofLeaver: (urn: string) => boolean;
  /** Brings the whole mesh up. */
  readonly meshed: () => Promise<void>;
}

export async function leavingMesh(stackName: string): Promise<LeavingMesh> {
  const { stack, clusters: all, untouched } = await newStack(stackName, 3);
  const rest = all.slice(0, 2);
  const leaver = all[2] ?? assert.fail("the lab has too few clusters");
  const state = async () => readState(await stack.export());
  return {
    ...{ stack, all, rest, leaver, untouched },
    withLeaver: (over) => withMember(meshConfig(rest), leaver.name, { ...clusterConfig(leaver), ...over }),
    originals: async () => (await state()).outputsOf(`clustermesh-${leaver.name}-original-config`)["stdout"],
    urns: async () => (await state()).urns,
    ofLeaver: (urn) => isOfCluster(urn, leaver.name),
    meshed: async () => {
      await stack.configure(meshConfig(all));
      succeeded(await stack.up());
      assert.deepEqual(await each(all, peersOf), [names(all), names(all), names(all)]);
    },
  };
}

/** Runs the commands with which a cluster that has returned is given back. */
export async function runByHand(cluster: LabCluster, output: string): Promise<void> {
  const commands = /should it ever return, this gives it back: (.*)$/m.exec(output)?.[1]?.split(" && ") ?? [];
  assert.equal(commands.length, 4, output);
  for (const command of commands) {
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    await cluster.run(words.slice(1));
  }
}
