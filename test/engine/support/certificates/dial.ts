import type { LabCluster } from "../../../../lab";
import { askEtcd, peerOf, type ClientPem } from "../../../support/etcdUsers/etcdClient";
import { secretFiles } from "../../../support/kubernetes/clusterObjects";
import { engine } from "../engine";

const READ = ["get", "cilium/", "--prefix", "--keys-only"];

/** A cluster, and one of its peers. */
export interface Pair {
  readonly from: LabCluster;
  readonly to: LabCluster;
}

/** Every cluster with each of its peers. */
export function orderedPairs(clusters: readonly LabCluster[]): readonly Pair[] {
  return clusters.flatMap((from) => clusters.filter((to) => to !== from).map((to) => ({ from, to })));
}

/** Reads a peer's etcd with what the cluster was given for it. */
export async function dial({ from, to }: Pair, change: (pem: ClientPem) => ClientPem = (pem) => pem) {
  const { lab } = await engine();
  const { endpoints, pem } = peerOf(await secretFiles(from, "cilium-clustermesh"), to.name);
  return askEtcd(lab.bin.etcdctl, endpoints[0] ?? "", change(pem), READ);
}
