import assert from "node:assert/strict";
import { describeTraffic, type Lab, type LabCluster, type TrafficReport } from "../../lab";
import { makeTrafficPods, removeTrafficPods, startTraffic } from "../support/cilium/crossNodeTraffic";
import { snapshot } from "../support/kubernetes/snapshot";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack, type Workstation } from "../support/stacks/pulumi";
import { agentsOf, showAgents, showCaches, showIdentities, showNodes, showRestarts, showUnmeshed } from "./looks";
import { QUIET, steadyLines, type Narrator } from "./narrator";
import { CLUSTERS, type Shown, showOutputs } from "./show";

const OUTPUTS: readonly Shown[] = [
  CLUSTERS,
  {
    output: "readiness",
    title: "how every agent sees every peer, and KVStoreMesh where there is one",
    columns: ["cluster", "node", "agent", "reader", "peer", "ready", "nodes", "identities", "why"],
  },
  { output: "paths", title: "paths between the nodes of one cluster" },
  { output: "stalePods", title: "pods with an identity from before" },
  {
    output: "demo",
    title: "who reaches protected-db, before and after the policy",
    columns: ["client", "path", "expectedBefore", "seenBefore", "expectedAfter", "seenAfter"],
  },
  { output: "drops", title: "what the node of protected-db dropped" },
];

/** The clusters in which traffic between nodes can be measured: those with two of them. */
const measured = (lab: Lab): readonly LabCluster[] => lab.clusters.filter(({ nodes }) => nodes.length > 1);

/** Does something while pods of one cluster talk across its nodes, and says what was lost. */
async function underTraffic(
  tell: Narrator,
  what: string,
  clusters: readonly LabCluster[],
  work: () => Promise<unknown>,
): Promise<void> {
  const pingers = await Promise.all(
    clusters.map(async (cluster) => ({ cluster, pinger: await startTraffic(cluster) })),
  );
  const reports: { readonly name: string; readonly report: TrafficReport }[] = [];
  try {
    await work();
  } finally {
    for (const { cluster, pinger } of pingers) reports.push({ name: cluster.name, report: await pinger.stop() });
  }
  for (const { name, report } of reports) {
    tell.figure(`${what}: pod to pod between the nodes of ${name}, five times a second: ${describeTraffic(report)}`);
  }
}

/**
 * The article "Cilium ClusterMesh: A Hands-on Guide" on real Cilium: unmeshed clusters, one up, its policy at work, and everything as before.
 * In mode `kvstore` it is the article's own way; in the others clusters publish through clustermesh-apiserver.
 */
export async function walkThrough(tell: Narrator, lab: Lab, workstation: Workstation, keep: boolean): Promise<void> {
  const stack = workstation.stack("local", steadyLines(tell.quote));
  await tell.step("before: agents that know no other cluster", () => showUnmeshed(tell, lab));
  const before = await Promise.all(lab.clusters.map(snapshot));
  await Promise.all(measured(lab).map(makeTrafficPods));
  await stack.init(await localConfig(lab.clusters));
  await adoptEtcdAuthorities(stack, lab.clusters);
  const agents = await agentsOf(lab);
  const caches = lab.clusters.filter(({ mode }) => mode === "kvstoremesh");

  if (caches.length > 0) tell.say("\nPulumi will warn of routes that KVStoreMesh needs: the lab's routers have them.");
  await tell.step("pulumi up", () =>
    underTraffic(tell, "up", measured(lab), async () => succeeded(await stack.up(...QUIET))),
  );
  await showOutputs(tell, stack, OUTPUTS);
  await tell.step("agents that up has restarted", () => showRestarts(tell, agents));
  await tell.step("the agents' own words", () => showAgents(tell, lab));
  if (caches.length > 0) await tell.step("KVStoreMesh's own words", () => showCaches(tell, caches, lab));
  await tell.step("nodes of both clusters, as each cluster's agents list them", () => showNodes(tell, lab));
  await tell.step("identities of both clusters: the upper bits name the cluster", () => showIdentities(tell, lab));
  await tell.step("a second pulumi up has nothing to do", async () =>
    succeeded(await stack.up(...QUIET, "--expect-no-changes")),
  );
  if (!keep) await takeDown(tell, lab, stack, before);
}

async function takeDown(
  tell: Narrator,
  lab: Lab,
  stack: PulumiStack,
  before: readonly Readonly<Record<string, object>>[],
): Promise<void> {
  await tell.step("pulumi destroy", () =>
    underTraffic(tell, "destroy", measured(lab), async () => succeeded(await stack.destroy(...QUIET))),
  );
  await Promise.all(measured(lab).map(removeTrafficPods));
  await tell.step("after: every cluster is as it was", async () => {
    await showUnmeshed(tell, lab);
    const after = await Promise.all(lab.clusters.map(snapshot));
    assert.deepEqual(after, before);
    const objects = after.reduce((sum, each) => sum + Object.keys(each).length, 0);
    tell.quote(`${String(objects)} objects compared field by field, cilium-config among them: no difference`);
  });
}
