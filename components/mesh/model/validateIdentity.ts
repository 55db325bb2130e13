import type { Cluster, MaxConnectedClusters, MeshSpec } from "./mesh";
import { CLUSTER_NAME_RULE, clusterNameFault } from "./names";
import { error, type Diagnostic, type Finding } from "./diagnostic";

/** IPAM modes whose datapath uses bit 7 of the cluster id for marks of its own (Cilium, `pkg/clustermesh/types`: "ENI-like"). */
const ENI_LIKE_IPAM: ReadonlySet<string> = new Set(["eni", "alibabacloud", "aws-cni"]);

/** Whether an IPAM or chaining mode forbids ids with bit 7 set. */
export function isENILike(mode: string | undefined): boolean {
  return mode !== undefined && ENI_LIKE_IPAM.has(mode);
}

const SUBNET_IPAM: ReadonlySet<string> = new Set(["eni", "azure", "alibabacloud", "aws-cni", "delegated-plugin"]);

/** Whether pods get addresses of the nodes' own subnets, so that both have the same ranges. */
export function takesSubnets(mode: string): boolean {
  return SUBNET_IPAM.has(mode);
}

/** What is wrong with an id whatever the other clusters have: out of range, or bit 7 under ENI-like IPAM. */
export function idFault(
  id: number,
  max: MaxConnectedClusters,
  ipamMode?: string,
): Omit<Finding, "cluster"> | undefined {
  if (!Number.isInteger(id) || id < 1 || id > max) {
    const reason = id === 0 ? "means that a cluster is in no mesh" : "is out of range";
    return { property: "id", value: id, reason, fix: `give it a unique id from 1 to ${String(max)}` };
  }
  if (isENILike(ipamMode) && (id & 0x80) !== 0) {
    const ranges = max === 255 ? "1 to 127" : "1 to 127 or 256 to 383";
    return {
      property: "id",
      value: id,
      reason: `has bit 7 set, which IPAM mode ${JSON.stringify(ipamMode)} needs for itself`,
      fix: `use an id from ${ranges}`,
    };
  }
  return undefined;
}

function duplicateIds(
  clusters: readonly Pick<Cluster, "name" | "id">[],
  max: MaxConnectedClusters,
): readonly Diagnostic[] {
  const firstWith = new Map<number, string>();
  const problems: Diagnostic[] = [];
  for (const { name, id } of clusters) {
    const first = firstWith.get(id);
    if (first === undefined) {
      firstWith.set(id, name);
    } else {
      const reason = `is also used by cluster ${JSON.stringify(first)}`;
      const fix = `give each cluster a unique id from 1 to ${String(max)}`;
      problems.push(error({ cluster: name, property: "id", value: id, reason, fix }));
    }
  }
  return problems;
}

/** Names and ids: Cilium's rules for each, uniqueness over the mesh, and that there is a mesh at all. */
export function validateIdentities(
  spec: Pick<MeshSpec, "maxConnectedClusters">,
  clusters: readonly Pick<Cluster, "name" | "id">[],
): readonly Diagnostic[] {
  const max = spec.maxConnectedClusters;
  const size: Diagnostic[] = [];
  if (clusters.length < 2) {
    size.push(
      error({
        property: "clusters",
        reason: clusters.length === 1 ? "has one alone, and one is no mesh" : "has none",
        fix: "list at least two clusters; the last two leave with pulumi destroy",
      }),
    );
  }
  if (clusters.length > max) {
    const fix = `list at most ${String(max)}, or install every cluster with maxConnectedClusters 511`;
    size.push(
      error({ property: "clusters", value: clusters.length, reason: "is more than maxConnectedClusters", fix }),
    );
  }
  const each = clusters.flatMap(({ name, id }): Diagnostic[] => {
    const nameReason = clusterNameFault(name);
    const fault = idFault(id, max);
    return [
      ...(nameReason === undefined
        ? []
        : [error({ cluster: name, property: "name", value: name, reason: nameReason, fix: CLUSTER_NAME_RULE })]),
      ...(fault === undefined ? [] : [error({ cluster: name, ...fault })]),
    ];
  });
  return [...size, ...each, ...duplicateIds(clusters, max)];
}
