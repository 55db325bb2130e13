import type { ClusterSpec, Cluster, MeshSpec } from "../../../../components/mesh/model/mesh";
import {
  errors,
  formatDiagnostic,
  infos,
  unseens,
  warnings,
  type Diagnostic,
} from "../../../../components/mesh/model/diagnostic";

/** The name of the nth cluster of a mesh made here. */
export const clusterName = (n: number): string => `cluster${String(n)}`;

/** The nth cluster of a mesh without a fault, for n from 1 to 100; `over` puts one in. */
export function clusterSpec(n: number, over: Partial<ClusterSpec> = {}): ClusterSpec {
  return {
    id: 100 + n,
    publishes: "kvstore",
    reads: "direct",
    identity: "set",
    clientCertificates: "signed",
    etcd: { endpoints: [`https://10.1.${String(n)}.1:2379`] },
    podCIDRs: [`10.${String(100 + n)}.0.0/16`],
    nodeCIDRs: [`10.1.${String(n)}.0/24`],
    ...over,
  };
}

/** The nth cluster with its name. */
export function member(n: number, over: Partial<Cluster> = {}): Cluster {
  return { name: clusterName(n), ...clusterSpec(n), ...over };
}

/** Two clusters without a fault; `first` and `second` put one in. */
export function pair(first: Partial<ClusterSpec> = {}, second: Partial<ClusterSpec> = {}): MeshSpec["clusters"] {
  return { cluster1: clusterSpec(1, first), cluster2: clusterSpec(2, second) };
}

/** A mesh of the clusters, or of n clusters without a fault. */
export function mesh(clusters: number | MeshSpec["clusters"], over: Partial<MeshSpec> = {}): MeshSpec {
  const given =
    typeof clusters === "number"
      ? Object.fromEntries(
          Array.from({ length: clusters }, (_, index) => [clusterName(index + 1), clusterSpec(index + 1)]),
        )
      : clusters;
  return { clusters: given, maxConnectedClusters: 255, allow: [], ...over };
}

/** What a person would read. */
export function lines(all: readonly Diagnostic[]): readonly string[] {
  return all.map(formatDiagnostic);
}

/** What is wrong, without what to do about it. */
export function heads(all: readonly Diagnostic[]): readonly string[] {
  return lines(all).map((line) => line.split(";")[0] ?? "");
}

/** Diagnostics by what becomes of them. */
export function bySeverity(all: readonly Diagnostic[]) {
  return {
    problems: errors(all),
    warnings: warnings(all),
    notes: infos(all),
    unseen: unseens(all).map(({ cluster, property: what, reason: why }) => ({ cluster, what, why })),
  };
}
