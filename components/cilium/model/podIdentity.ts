import type { MaxConnectedClusters } from "../../mesh/model/mesh";
import type { PodEndpoint, PodRef } from "./endpoints";

/** A pod whose identity is from before the change of its cluster's id: peers do not have it, and policies do not match it. */
export interface StalePod {
  readonly cluster: string;
  readonly pod: PodRef;
  readonly identity: number;
  /** The cluster id in its identity. */
  readonly id: number;
}

/** Below it identities are reserved or well-known, and the same in every cluster. */
const FIRST_OF_A_CLUSTER = 256;
/** From here on identities are local to a node (CIDRs, remote nodes), and carry no cluster id. */
const FIRST_LOCAL = 2 ** 24;

/** The numbers that a cluster's identities can have. @returns `base`: that of the cluster's part of all numbers, from which each is counted. */
export function identityRange(
  clusterId: number,
  maxConnectedClusters: MaxConnectedClusters,
): { readonly base: number; readonly first: number; readonly last: number } {
  const identities = FIRST_LOCAL / (maxConnectedClusters + 1);
  const base = clusterId * identities;
  return { base, first: Math.max(base, FIRST_OF_A_CLUSTER), last: base + identities - 1 };
}

/**
 * The id of the cluster that made an identity; `undefined` where an identity has none. The more clusters a mesh may have, the more of the
 * 24 bits are the cluster's.
 */
export function clusterIdOf(identity: number, maxConnectedClusters: MaxConnectedClusters): number | undefined {
  const identities = FIRST_LOCAL / (maxConnectedClusters + 1);
  return identity < FIRST_OF_A_CLUSTER || identity >= FIRST_LOCAL ? undefined : Math.floor(identity / identities);
}

/** The pods of a cluster that still have an identity of another cluster id than the declared one. */
export function stalePods(
  cluster: { readonly name: string; readonly id: number },
  pods: readonly PodEndpoint[],
  maxConnectedClusters: MaxConnectedClusters,
): readonly StalePod[] {
  return pods.flatMap(({ pod, identity }) => {
    const id = clusterIdOf(identity, maxConnectedClusters);
    return id === undefined || id === cluster.id ? [] : [{ cluster: cluster.name, pod, identity, id }];
  });
}
