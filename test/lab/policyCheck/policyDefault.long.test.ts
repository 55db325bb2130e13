import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { agentLog, allNodes } from "../../support/cilium/agents";
import { ciliumConfig } from "../../support/kubernetes/clusterObjects";
import { verdictsHold } from "../support/demo/verdicts";
import { twoClusters } from "../support/level";
import { meshed } from "../support/mesh";
import { meshReady } from "../support/peers/peers";
import { timed } from "../support/say";

const KEY = "policy-default-local-cluster";
const NAMESPACE = "--namespace=kube-system";
const DAEMONSET = "daemonset/cilium";
/** What `kubectl rollout restart` leaves in the pod template. */
const RESTARTED = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

/** The value that every agent of the clusters has started with, in its own words. */
async function valuesInUse(clusters: readonly LabCluster[]): Promise<readonly string[]> {
  const logs = allNodes(clusters).map(({ cluster, node }) => agentLog(cluster, node));
  return (await Promise.all(logs)).map((log) => new RegExp(`--${KEY}='(\\w+)'`).exec(log)?.[1] ?? "(not said)");
}

async function configure(cluster: LabCluster, value: string): Promise<void> {
  const patch = JSON.stringify({ data: { [KEY]: value } });
  await cluster.run([NAMESPACE, "patch", "configmap/cilium-config", "--type=merge", `--patch=${patch}`]);
}

async function roll(clusters: readonly LabCluster[], how: readonly string[]): Promise<void> {
  await timed(`agents rolled`, async () => {
    await Promise.all(
      clusters.map(async (cluster) => {
        await cluster.run([NAMESPACE, ...how]);
        await cluster.run([NAMESPACE, "rollout", "status", DAEMONSET, "--timeout=120s"]);
      }),
    );
    await meshReady(clusters);
  });
}

describe("a policy that names the cluster of every peer", function () {
  this.timeout("5m");
  let clusters: readonly [LabCluster, LabCluster];
  let original: string;

  before(async () => {
    clusters = await twoClusters();
    await meshed();
    original = (await ciliumConfig(clusters[0]))[KEY] ?? assert.fail(`the chart sets no ${KEY}`);
  });

  after(async () => {
    await Promise.all(clusters.map((cluster) => configure(cluster, original)));
    const remove = JSON.stringify([{ op: "remove", path: RESTARTED }]);
    await roll(clusters, ["patch", DAEMONSET, "--type=json", `--patch=${remove}`]);
  });

  for (const value of ["true", "false"]) {
    it(`means the same with ${KEY} "${value}"`, async () => {
      await Promise.all(clusters.map((cluster) => configure(cluster, value)));
      await roll(clusters, ["rollout", "restart", DAEMONSET]);
      assert.deepEqual(await valuesInUse(clusters), [value, value, value]);
      await verdictsHold(clusters);
    });
  }
});
