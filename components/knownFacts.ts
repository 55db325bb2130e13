import { own, present } from "./basics/model/own";
import { plainEtcd } from "./mesh/etcd";
import { error, type Diagnostic } from "./mesh/model/diagnostic";
import { apiserverEtcd, completed, type ClusterSpec, type EtcdSpec, type PartlyKnown } from "./mesh/model/mesh";
import { observedOf, type ObservedClusters } from "./mesh/model/observed";
import { PUBLICATIONS, publishesOf, type Found } from "./mesh/model/publication";
import type { MeshCluster, MeshDescription } from "./meshDescription";

/** What is known of an etcd by now: nothing where it is an output, or where nobody has found it. */
function etcdNow({ etcd, apiserver }: MeshCluster, found: Found | undefined): EtcdSpec | undefined {
  if (etcd !== undefined) return plainEtcd(etcd);
  const dialled = apiserverEtcd(present({ apiserver }), found);
  return apiserver?.endpoints === undefined && dialled.endpoints.length === 0 ? undefined : dialled;
}

/** The clusters, without what is not known yet. */
export function knownClusters(
  { clusters }: MeshDescription,
  observed: ObservedClusters,
): Readonly<Record<string, PartlyKnown<ClusterSpec>>> {
  return Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]): readonly [string, PartlyKnown<ClusterSpec>] => {
      const { found = {} } = observedOf(observed, name);
      const { podCIDRs: pods, nodeCIDRs: nodes, ...facts } = completed(cluster, found);
      const known = (kind: "podCIDRs" | "nodeCIDRs") => cluster[kind] ?? found[kind];
      const ranges = present({ podCIDRs: known("podCIDRs") && pods, nodeCIDRs: known("nodeCIDRs") && nodes });
      return [name, { ...facts, ...ranges, ...present({ etcd: etcdNow(cluster, found) }) }];
    }),
  );
}

/**
 * What of a cluster is neither written down nor found, and decides what is made.
 *
 * @param isManaged Whether this program looks after it: otherwise it makes nothing there, and who reads its peers is nothing to it.
 */
function untold(cluster: MeshCluster, found: Found, isManaged: boolean): readonly string[] {
  const ofEtcd = cluster.etcd !== undefined;
  const isDialled = ofEtcd || (etcdNow(cluster, found)?.endpoints ?? []).length > 0;
  return [
    ...(isDialled ? [] : [`${PUBLICATIONS[publishesOf(cluster)].property}.endpoints`]),
    ...(!isManaged || ofEtcd || (cluster.reads ?? found.reads) !== undefined ? [] : ["reads"]),
    ...((cluster.podCIDRs ?? found.podCIDRs) === undefined ? ["podCIDRs"] : []),
  ];
}

/** What to write of one that it looks after. */
const FIXES_HERE: Readonly<Record<string, string>> = {
  podCIDRs:
    'write it down: podCIDRs: ["10.1.0.0/16"], the range of Cilium\'s pools, or --cluster-cidr of kube-controller-manager',
};

/** What to write of a cluster that this program does not look after, where that is not plain. */
const FIXES: Readonly<Record<string, string>> = {
  "apiserver.endpoints":
    "write them down, with apiserver.hostAliases where DNS does not know the name; or write etcd, of a cluster in kvstore mode",
  "apiserver.ca":
    "give certificate and privateKey of the CA that has signed the certificates of its clustermesh-apiserver: ca.crt and ca.key of its " +
    "Secret cilium-ca; where that has no key, those of the CA that has issued them (of cert-manager, say)",
};

/**
 * What is neither written down nor was found in a live cluster. Nobody asks the clusters of other programs.
 *
 * @param observed What was seen; absent before anybody has looked.
 */
export function missingFacts(
  { clusters, wait }: MeshDescription,
  managed: readonly string[],
  observed?: ObservedClusters,
): readonly Diagnostic[] {
  return Object.entries(clusters).flatMap(([name, cluster]) => {
    const isManaged = managed.includes(name);
    const isAsked = isManaged && wait.preflight !== false;
    if (cluster.lost === true || (isAsked && observed === undefined)) return [];
    const { found, seenAs } = observedOf(observed, name);
    // Its CA is read where it is, and of one that has not answered nobody reads it.
    const isSilent = isAsked && (seenAs ?? found?.reads) === undefined && Object.hasOwn(observed ?? {}, name);
    const lacksCa = (!isManaged || isSilent) && cluster.etcd === undefined && cluster.apiserver?.ca === undefined;
    const reason = !isManaged
      ? "is not written down, and nobody asks a cluster of another stack"
      : wait.preflight === false
        ? "is not written down, and no live cluster is asked (wait.preflight)"
        : found === undefined
          ? "is not written down, and the cluster was not asked, or did not answer"
          : "is not written down, and the cluster does not tell";
    const missing = [...untold(cluster, found ?? {}, isManaged), ...(lacksCa ? ["apiserver.ca"] : [])];
    return missing.map((property) => {
      const fix = (isManaged ? own(FIXES_HERE, property) : own(FIXES, property)) ?? "write it down";
      return error({ cluster: name, property, reason, fix });
    });
  });
}

const beside = (cluster: string, property: string, fix: string): Diagnostic =>
  error({ cluster, property, reason: "is given beside etcd", fix });

/** What goes with no etcd. */
export function publicationProblems({ clusters }: MeshDescription): readonly Diagnostic[] {
  return Object.entries(clusters).flatMap(([cluster, { etcd, apiserver, reads }]): Diagnostic[] => {
    if (etcd === undefined) return [];
    const direct = "remove it: a cluster in kvstore mode reads its peers directly";
    return [
      ...(apiserver === undefined ? [] : [beside(cluster, "apiserver", "give the one through which it publishes")]),
      ...(reads === "cached" ? [beside(cluster, "reads", direct)] : []),
    ];
  });
}
