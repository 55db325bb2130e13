import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { versions } from "../../support/kubernetes/snapshot";
import { allowing, meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

const LABEL = "io.cilium.k8s.policy.cluster";
const byName = (name: string) => ({ matchLabels: { [LABEL]: name } });

/** Policies that select by the name that their cluster has before it joins: two open when it goes, one closes. */
const BEFORE = [
  {
    ...{ apiVersion: "cilium.io/v2", kind: "CiliumClusterwideNetworkPolicy", metadata: { name: "lockdown" } },
    spec: { endpointSelector: byName("default"), ingress: [{}] },
  },
  {
    ...{ apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy" },
    metadata: { name: "dashboard", namespace: "default" },
    spec: {
      endpointSelector: { matchLabels: { app: "dashboard" } },
      ingress: [{ fromEndpoints: [byName("default")] }],
    },
  },
  {
    ...{
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "deny-own", namespace: "default" },
    },
    spec: { endpointSelector: {}, ingressDeny: [{ fromEndpoints: [byName("default")] }] },
  },
];

const ANY = { matchExpressions: [{ key: LABEL, operator: "Exists" }] };

/** Of the cluster that stays: what it says of the nodes and of the pods of every cluster, and of the third one, by its name and by its addresses. */
const staying = ({ podCIDRs }: LabCluster) => [
  {
    ...{
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "to-third", namespace: "default" },
    },
    spec: { endpointSelector: {}, egress: [{ toCIDR: podCIDRs }] },
  },
  {
    ...{ apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: { name: "any", namespace: "default" } },
    spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [ANY] }] },
  },
  {
    ...{ apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: { name: "ahead", namespace: "default" } },
    spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [byName("cluster3")] }] },
  },
  {
    ...{ apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: { name: "nodes", namespace: "default" } },
    spec: { endpointSelector: {}, ingress: [{ fromEntities: ["remote-node"] }] },
  },
  {
    ...{
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "no-third", namespace: "default" },
    },
    spec: { endpointSelector: {}, ingressDeny: [{ fromEndpoints: [byName("cluster3")] }] },
  },
];

const create = (cluster: LabCluster, items: readonly object[]) =>
  cluster.run(["create", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });

const remove = (cluster: LabCluster) =>
  cluster.run(["delete", "ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies", "--all-namespaces", "--all"]);

function says(run: Run, code: "refused" | "passes", ...lines: readonly RegExp[]): void {
  assert.equal(run.code === 0, code === "passes", run.text);
  for (const line of lines) {
    assert.match(run.text, line);
  }
}

describe("policies of clusters that join, and of those that stay", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let two: readonly LabCluster[];

  before(async () => {
    clusters = await labClusters(3);
    two = clusters.slice(0, 2);
    stack = (await engine()).workstation.stack("policies");
    await stack.init(meshConfig(two));
  });

  const first = () => clusters[0] ?? assert.fail();

  it("are named in the preview, and refused by it and by up before anything is written, where they open", async () => {
    await create(first(), BEFORE);
    const written = await Promise.all(clusters.map(versions));
    const lines = [
      /CiliumClusterwideNetworkPolicy lockdown spec\.endpointSelector selects no pod any more/,
      /CiliumNetworkPolicy default\/deny-own spec\.ingressDeny\[0\]\.fromEndpoints\[0\] denies nobody of default any more/,
      /warning: cluster "cluster1": CiliumNetworkPolicy default\/dashboard .* lets nobody of default in any more/,
      /\(2 problems\)/,
    ];
    says(await stack.preview(), "refused", ...lines);
    says(await stack.up(), "refused", ...lines);
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
  });

  it("go their way where that is accepted, and are named", async () => {
    await stack.configure(meshConfig(two, allowing("openPolicies")));
    says(await stack.up(), "passes", /warning: cluster "cluster1": .*lockdown .*\(accepted by openPolicies\)/);
    await remove(first());
    await stack.configure(meshConfig(two));
    succeeded(await stack.up());
  });

  it("are judged in a cluster that stays while another one joins, and leaves", async () => {
    await create(first(), staying(clusters[2] ?? assert.fail()));
    await stack.configure(meshConfig(clusters));
    says(
      await stack.up(),
      "refused",
      /default\/any spec\.ingress\[0\]\.fromEndpoints\[0\] lets pods of cluster3 in from then on.* In \[cluster1\]/,
      /\(1 problem\)/,
      /warning: .*default\/nodes spec\.ingress\[0\]\.fromEntities\[0\] lets nodes of cluster3 in from then on/,
      /warning: .*default\/ahead .* lets pods of cluster3 in from then on, as it says by their name/,
      /warning: .*default\/no-third .* denies pods of cluster3 from then on/,
      /warning: .*default\/to-third .* lets nobody out to cluster3 any more/,
    );
    await stack.configure(meshConfig(clusters, allowing("openPolicies")));
    succeeded(await stack.up());
    await stack.configure(meshConfig(two));
    says(
      await stack.preview(),
      "refused",
      /default\/no-third spec\.ingressDeny\[0\]\.fromEndpoints\[0\] denies nobody of cluster3 any more/,
      /warning: .*default\/to-third .* lets pods out to pods of cluster3 from then on, as a part of the world/,
    );
    await remove(first());
    succeeded(await stack.up());
    succeeded(await stack.destroy());
  });
});
