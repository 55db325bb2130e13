import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { nameOf } from "../../support/events";
import { ciliumConfig } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { allowing, meshConfig, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

const LABEL = "io.cilium.k8s.policy.cluster";
const byName = (name: string) => ({ matchLabels: { [LABEL]: name } });

/**
 * Policies of the second cluster: three that fail open once it is called `default`, one that fails closed, one that lets a peer's pods in by their
 * addresses, and one that stays what it is.
 */
function policies({ name }: LabCluster, peer: LabCluster): readonly object[] {
  const both = { matchExpressions: [{ key: LABEL, operator: "In", values: ["default", name] }] };
  const cilium = { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy" };
  const here = (policy: string) => ({ name: policy, namespace: "default", labels: { "policy-check-test": "yes" } });
  return [
    { ...cilium, metadata: here("subject"), spec: { endpointSelector: byName(name), ingress: [{}] } },
    {
      ...cilium,
      metadata: here("safe"),
      spec: { endpointSelector: both, ingress: [{ fromEndpoints: [both] }] },
    },
    {
      ...cilium,
      kind: "CiliumClusterwideNetworkPolicy",
      metadata: { ...here("denial"), namespace: undefined },
      spec: { endpointSelector: {}, ingressDeny: [{ fromEndpoints: [byName(peer.name)] }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { ...here("plain"), namespace: "kube-public" },
      spec: { podSelector: byName(name), ingress: [] },
    },
    {
      ...cilium,
      metadata: here("permission"),
      spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [byName(name)] }] },
    },
    {
      ...cilium,
      metadata: here("addresses"),
      spec: { endpointSelector: {}, egress: [{ toCIDR: peer.podCIDRs }] },
    },
  ];
}

const KINDS = "ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies,networkpolicies.networking.k8s.io";

async function make(cluster: LabCluster, peer: LabCluster): Promise<void> {
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: policies(cluster, peer) });
  await cluster.run(["create", "--filename=-"], { stdin });
}

async function remove(cluster: LabCluster): Promise<void> {
  await cluster.run(["delete", KINDS, "--all-namespaces", "--selector=policy-check-test=yes", "--ignore-not-found"]);
}

function refused(run: Run): void {
  assert.notEqual(run.code, 0, run.text);
  for (const line of [
    /cluster "cluster2" will be "default" again.*\(3 problems\)/,
    /CiliumNetworkPolicy default\/subject spec\.endpointSelector selects no pod any more: its pods are open/,
    /CiliumClusterwideNetworkPolicy denial spec\.ingressDeny\[0\]\.fromEndpoints\[0\] denies nobody of cluster1 any more/,
    /NetworkPolicy kube-public\/plain spec\.podSelector selects no pod any more/,
    /warning: cluster "cluster2": CiliumNetworkPolicy default\/permission .* lets nobody of cluster2 in any more/,
    /warning: cluster "cluster2": CiliumNetworkPolicy default\/addresses .* lets pods out to pods of cluster1 from then on, as a part of the world/,
    /add openPolicies to clustermesh:allow \(pulumi config set --path 'clustermesh:allow\[0\]' openPolicies/,
  ]) {
    assert.match(run.text, line);
  }
  assert.doesNotMatch(run.text, /default\/safe/);
}

describe("policies that select by a cluster's name", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let third: LabCluster;

  before(async () => {
    clusters = await labClusters(3);
    [first = assert.fail(), second = assert.fail(), third = assert.fail()] = clusters;
    stack = (await engine()).workstation.stack("policy-check");
    await stack.init(meshConfig(clusters));
  });

  after(async () => {
    await remove(second);
  });

  it("keep a destroy from touching anything in any cluster, though one cluster alone has them", async () => {
    succeeded(await stack.up());
    await make(second, first);
    const written = await Promise.all(clusters.map(versions));
    const run = await stack.destroy();
    refused(run);
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    const deleted = run.steps.filter(({ op }) => op === "delete").map(({ urn }) => nameOf(urn));
    assert.deepEqual(deleted.sort(), [
      "clustermesh-cluster1-policy-check",
      "clustermesh-cluster2-policy-check",
      "clustermesh-cluster3-policy-check",
    ]);
  });

  it("keep a destroy that goes on after errors from touching anything either", async () => {
    succeeded(await stack.up());
    const written = await Promise.all(clusters.map(versions));
    refused(await stack.destroy("--continue-on-error"));
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
  });

  it("keep a cluster from leaving, with its name and its peers: nothing is written in any cluster", async () => {
    succeeded(await stack.up());
    await stack.configure(meshConfig([first, third]));
    const written = await Promise.all(clusters.map(versions));
    const lines = [
      /CiliumNetworkPolicy default\/subject .*its pods are open, for the cluster will be "default" again/,
      /CiliumClusterwideNetworkPolicy denial .* denies nobody of cluster1 any more/,
      /list the cluster again, add openPolicies to clustermesh:allow/,
    ];
    for (const run of [await stack.preview(), await stack.up(), await stack.up("--continue-on-error")]) {
      assert.notEqual(run.code, 0, run.text);
      lines.forEach((line) => {
        assert.match(run.text, line);
      });
    }
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    // Where the live checks are off its policy check alone judges it, and the others have let go of it by then.
    await stack.configure(meshConfig([first, third], { ...WITHOUT_PREFLIGHT }));
    refused(await stack.up("--continue-on-error"));
    assert.deepEqual(await versions(second), written[1]);
    assert.equal((await ciliumConfig(second))["cluster-name"], "cluster2");
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
  });

  it("go their way where that is accepted beforehand, and are named once more", async () => {
    await stack.configure(meshConfig(clusters, allowing("openPolicies")));
    succeeded(await stack.up());
    const { text } = succeeded(await stack.destroy());
    assert.match(text, /warning: accepted by openPolicies: cluster "cluster2": CiliumNetworkPolicy default\/subject/);
    assert.equal((await ciliumConfig(second))["cluster-name"], "default");
  });

  it("are no obstacle once they are gone, or mean the same under both names", async () => {
    const untouched = await Promise.all(clusters.map(snapshot));
    // It begins to let pods in as its cluster joins.
    await stack.configure(meshConfig(clusters));
    const joining = await stack.preview();
    assert.notEqual(joining.code, 0);
    assert.match(joining.text, /default\/permission .* lets pods of its own cluster in from then on/);
    await stack.configure(meshConfig(clusters, allowing("openPolicies")));
    succeeded(await stack.up());
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    refused(await stack.destroy());
    for (const object of ["ciliumnetworkpolicy/subject", "ciliumclusterwidenetworkpolicy/denial"]) {
      await second.run(["delete", object, "-n", "default"]);
    }
    await second.run(["delete", "networkpolicy/plain", "-n", "kube-public"]);
    succeeded(await stack.destroy());
    const afterwards = await Promise.all(clusters.map(snapshot));
    const { "CiliumNetworkPolicy/default/subject": subject, ...rest } = untouched[1] ?? {};
    assert.ok(subject !== undefined);
    assert.deepEqual(afterwards, [untouched[0], rest, untouched[2]]);
  });
});
