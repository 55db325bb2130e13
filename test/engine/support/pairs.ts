import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { askEtcd, peerOf } from "../../support/etcdUsers/etcdClient";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { engine } from "./engine";

const READ = ["get", "cilium/", "--prefix", "--keys-only"];

type Files = Readonly<Record<string, string>>;

/** The files of the clusters' peers' Secrets at one time, by cluster. */
export type Held = Readonly<Record<string, Files>>;

/** What the agents of each cluster would have now. */
export async function heldNow(clusters: readonly LabCluster[]): Promise<Held> {
  const held = await Promise.all(
    clusters.map(async (cluster) => [cluster.name, await secretFiles(cluster, "cilium-clustermesh")] as const),
  );
  return Object.fromEntries(held);
}

/** Every cluster opens every other's etcd with nothing but the files that it held. */
export async function assertOpens(clusters: readonly LabCluster[], held: Held, when: string): Promise<void> {
  const { lab } = await engine();
  for (const from of clusters) {
    for (const to of clusters.filter((other) => other !== from)) {
      const { endpoints, pem } = peerOf(held[from.name] ?? {}, to.name);
      const answer = askEtcd(lab.bin.etcdctl, endpoints[0] ?? "", pem, READ);
      assert.ok(answer.opened, `${when}: ${from.name} at ${to.name}: ${answer.text}`);
    }
  }
}
