import type { Lab } from "../../lab";
import { askEtcd, peerOf } from "../support/etcdUsers/etcdClient";
import { secretFiles } from "../support/kubernetes/clusterObjects";

/** How one cluster's agents would fare at one peer's etcd. */
export type OpenedPeer = {
  readonly from: string;
  readonly to: string;
  readonly endpoint: string;
  readonly peer: string;
  /** What a peer can see of Kubernetes' own data there: it must be nothing, for that is another etcd. */
  readonly "API server's keys": string;
};

/** Dials every peer of every cluster as its agents would. */
export async function openEveryPeer(lab: Lab): Promise<readonly OpenedPeer[]> {
  const pairs = lab.clusters.flatMap((from) => lab.clusters.filter((to) => to !== from).map((to) => ({ from, to })));
  return Promise.all(
    pairs.map(async ({ from, to }) => {
      const { endpoints, pem } = peerOf(await secretFiles(from, "cilium-clustermesh"), to.name);
      const [endpoint = ""] = endpoints;
      const read = askEtcd(lab.bin.etcdctl, endpoint, pem, ["get", "cilium/", "--prefix", "--keys-only"]);
      const registry = askEtcd(lab.bin.etcdctl, endpoint, pem, ["get", "/registry", "--prefix", "--keys-only"]);
      return {
        from: from.name,
        to: to.name,
        endpoint,
        peer: read.opened ? "opened" : `refused: ${read.text.trim()}`,
        "API server's keys": registry.text.trim() === "" ? "none" : "SEEN",
      };
    }),
  );
}
