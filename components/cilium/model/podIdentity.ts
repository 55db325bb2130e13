import { z } from "zod";
import type { MaxConnectedClusters } from "../../mesh/model/mesh";

/** A pod and the identity that its agent gave it. */
export interface PodIdentity {
  readonly namespace: string;
  readonly pod: string;
  readonly identity: number;
}

/** A pod whose identity is from before the change of its cluster's id: peers do not have it, and policies do not match it. */
export interface StalePod extends PodIdentity {
  readonly cluster: string;
  /** The cluster id in its identity. */
  readonly id: number;
}

const endpoint = z.object({
  status: z
    .object({
      state: z.string().nullish(),
      identity: z.object({ id: z.int().default(0) }).nullish(),
      "external-identifiers": z
        .object({ "k8s-namespace": z.string().default(""), "k8s-pod-name": z.string().default("") })
        .nullish(),
    })
    .nullish(),
});

const endpoints = z.array(endpoint).nullable();

/** The state of an endpoint whose programs run with the identity and the policy that it has. */
const READY = "ready";

/**
 * Which pods' endpoints are being changed, of what `cilium-dbg endpoint list -o json` prints: their programs may still run with the identity that they
 * had before.
 */
export function changingPods(json: string): readonly Pick<PodIdentity, "namespace" | "pod">[] {
  return (endpoints.parse(JSON.parse(json)) ?? []).flatMap((each) => (each.status?.state === READY ? [] : podOf(each)));
}

function podOf({ status }: z.infer<typeof endpoint>): readonly Pick<PodIdentity, "namespace" | "pod">[] {
  const { "k8s-namespace": namespace = "", "k8s-pod-name": pod = "" } = status?.["external-identifiers"] ?? {};
  return namespace === "" || pod === "" ? [] : [{ namespace, pod }];
}

/** Reads `cilium-dbg endpoint list -o json`. The endpoints of host and health check are no pods, and left out. */
export function parsePodIdentities(json: string): readonly PodIdentity[] {
  return (endpoints.parse(JSON.parse(json)) ?? []).flatMap((each) =>
    podOf(each).map((pod) => ({ ...pod, identity: each.status?.identity?.id ?? 0 })),
  );
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
  pods: readonly PodIdentity[],
  maxConnectedClusters: MaxConnectedClusters,
): readonly StalePod[] {
  return pods.flatMap((pod) => {
    const id = clusterIdOf(pod.identity, maxConnectedClusters);
    return id === undefined || id === cluster.id ? [] : [{ ...pod, cluster: cluster.name, id }];
  });
}
