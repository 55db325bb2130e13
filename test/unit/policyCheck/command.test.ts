import assert from "node:assert/strict";
import { LARGE_INPUT } from "../../../components/command/protocol";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { runCommand } from "../support/command/runCommand";
import { recordText } from "../support/record";
import { byName, podsOf } from "../support/policyCheck/selectors";

const original = (value: string) =>
  ({ kind: "value", value, managers: [{ manager: "helm", operation: "Update" }] }) as const;
const originals = (name: string) =>
  recordText({ config: { "cluster-name": original(name), "cluster-id": original("0") } });
const INPUT = {
  cluster: { name: "cluster1", context: "cluster1" },
  cilium: DEFAULT_SETTINGS.cilium,
  desiredConfig: { "cluster-name": "cluster1", "cluster-id": "101" },
  peerSecret: "cilium-clustermesh",
  originalConfig: originals("default"),
  owner: "clustermesh/test",
};

const policy = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: "cilium.io/v2", kind, spec },
  metadata: { name, namespace: "shop", uid: name },
});
const OPEN = policy("CiliumNetworkPolicy", "db", { endpointSelector: byName("cluster1") });
const CLOSED = policy("NetworkPolicy", "web", { ingress: [{ from: [{ podSelector: byName("cluster1") }] }] });

/** What a cluster has. */
interface Given {
  /** UID of its namespace kube-system, where it is another cluster. */
  readonly uid?: string;
  readonly config?: Readonly<Record<string, string>> | null;
  readonly kinds?: readonly string[];
  readonly policies?: readonly StoredObject[];
  readonly forbidden?: string;
  readonly discoveryFails?: boolean;
  readonly dead?: boolean;
  /** Kinds that have more than one answer may hold, also so many of them as this; in smaller parts they have what `policies` says. */
  readonly endless?: readonly string[];
  readonly endlessPage?: number;
}

const KINDS = ["pods", "networkpolicies.networking.k8s.io", "ciliumnetworkpolicies.cilium.io"];

function clusterOf(given: Given): ClusterInMemory {
  const { config = { "cluster-name": "cluster1", "cluster-id": "101" }, kinds: found = KINDS } = given;
  const place = { namespace: "kube-system" };
  const refused = "error: unable to retrieve the complete list of server APIs: old.io/v1: gone";
  const data = { cluster1: "", cluster2: "", "mesh.ca.crt": "" };
  const cluster = new ClusterInMemory(
    [
      { kind: "Namespace", metadata: { name: "kube-system", uid: given.uid ?? "uid-of-cluster1" } },
      { kind: "Secret", metadata: { name: "cilium-clustermesh", ...place, uid: "2" }, data },
      ...(config === null
        ? []
        : [{ kind: "ConfigMap", metadata: { name: "cilium-config", ...place, uid: "1" }, data: config }]),
      ...(given.policies ?? []),
    ],
    { kinds: { found, ...(given.discoveryFails === true ? { refused } : {}) } },
  );
  const { forbidden = "", endless = [], endlessPage = Infinity } = given;
  if (given.dead === true) cluster.fail(() => true, faults.unreachable());
  cluster.fail((call) => call.do === "listAll" && call.args[0].includes(forbidden), faults.forbidden(forbidden));
  cluster.fail(
    (call) => call.do === "listAll" && endless.some((kind) => call.args[0].includes(kind)),
    faults.tooLong(),
  );
  cluster.fail((call) => call.do === "page" && call.args[2] >= endlessPage, faults.tooLong());
  return cluster;
}

describe("the command that guards a cluster's policies", () => {
  async function run(given: Given, over: object = {}, ranges?: object) {
    const cluster = clusterOf(given);
    const stdin = ranges === undefined ? {} : { [LARGE_INPUT]: JSON.stringify({ ranges }) };
    const ended = await runCommand(cluster, "policyCheck", "check", { ...INPUT, ...over }, "", stdin);
    return { ...ended, cluster };
  }
  const policies = [OPEN, CLOSED];

  it("refuses with every policy that would fail open, and says what to do; what fails closed is a warning", async () => {
    const { code, stderr, cluster } = await run({ policies });
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster1" will be "default" again.*\(1 problem\)/);
    assert.match(stderr, /CiliumNetworkPolicy shop\/db spec\.endpointSelector selects no pod any more/);
    assert.match(
      stderr,
      /add openPolicies to clustermesh:allow \(pulumi config set --path 'clustermesh:allow\[0\]' openPolicies, .*\), and pulumi up/,
    );
    assert.match(
      stderr,
      /^warning: cluster "cluster1": NetworkPolicy shop\/web .* lets nobody of cluster1 in any more/m,
    );
    assert.deepEqual(
      cluster.callsOf("listAll"),
      [[["networkpolicies.networking.k8s.io", "ciliumnetworkpolicies.cilium.io"]]],
      "all kinds at once, and none that are no policies",
    );
  });

  it("refuses another cluster than the one that was meshed, whatever is accepted", async () => {
    const { code, stderr, cluster } = await run({ uid: "uid-of-another" }, { openPolicies: true });
    assert.equal(code, 1);
    assert.match(stderr, /kube-system uid "uid-of-another" is not "uid-of-cluster1", which this stack has meshed/);
    assert.equal(cluster.calls.length, 1);
  });

  it("lets go where nothing fails open", async () => {
    const { code, stderr } = await run({ policies: [CLOSED] });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: .*shop\/web/m);
  });

  it("lets go, and names what it lets go, where that was accepted", async () => {
    const { code, stderr } = await run({ policies }, { openPolicies: true });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: accepted by openPolicies: cluster "cluster1": CiliumNetworkPolicy shop\/db/m);
    assert.doesNotMatch(stderr, /config set/);
  });

  it("refuses where it may not see a kind, names it, and judges the others", async () => {
    const forbidden = "networkpolicies.networking.k8s.io";
    const { code, stderr } = await run({ policies, forbidden });
    assert.equal(code, 1);
    assert.match(stderr, /\(2 problems\)/);
    assert.match(
      stderr,
      /networkpolicies\.networking\.k8s\.io cannot be listed \(.*is forbidden\); let the kubeconfig's/,
    );
    assert.match(stderr, /shop\/db/);
    assert.equal((await run({ policies, forbidden }, { openPolicies: true })).code, 0);
  });

  it("refuses where an API group does not say what it has", async () => {
    const { code, stderr } = await run({ discoveryFails: true });
    assert.equal(code, 1);
    assert.match(stderr, /some API group cannot be listed \(error: unable to retrieve .*old\.io\/v1/);
  });

  it("does not refuse a cluster that keeps its name, or has no Cilium any more", async () => {
    const keeps = await run({ policies }, { originalConfig: originals("cluster1") });
    assert.equal(keeps.code, 0, keeps.stderr);
    assert.equal((await run({ policies, config: null })).code, 0);
  });

  it("judges what a cluster's peers mean to it, though it keeps its name", async () => {
    const denial = policy("CiliumNetworkPolicy", "no-peer", { ingressDeny: [{ fromEndpoints: [byName("cluster2")] }] });
    const { code, stderr } = await run({ policies: [denial] }, { originalConfig: originals("cluster1") });
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster1" loses its peers.*\(1 problem\)/);
    assert.match(stderr, /shop\/no-peer spec\.ingressDeny\[0\]\.fromEndpoints\[0\] denies nobody of cluster2 any more/);
  });

  it("judges the addresses of its peers, as it was given them, and says so where it was not", async () => {
    const denial = policy("CiliumNetworkPolicy", "no-peer", {
      egressDeny: [{ toEndpoints: [podsOf("cluster2")] }, { toCIDR: ["10.70.0.0/16"] }],
    });
    const client = policy("CiliumNetworkPolicy", "client", { egress: [{ toCIDR: ["10.0.0.0/8"] }] });
    const having = { policies: [denial, client] };
    const ranges = { cluster2: { podCIDRs: ["10.70.0.0/16"], nodeCIDRs: ["192.168.7.0/24"] } };
    const judged = await run(having, { originalConfig: originals("cluster1") }, ranges);
    assert.equal(judged.code, 0, judged.stderr);
    assert.match(
      judged.stderr,
      /^warning: .*shop\/client .* lets pods out to pods of cluster2 from then on, as a part/m,
    );
    assert.doesNotMatch(judged.stderr, /no-peer/);
    const unknown = await run(having, { originalConfig: originals("cluster1") });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^warning: cluster "cluster1": policies with addresses are not judged for cluster2,/m);
    assert.match(unknown.stderr, /shop\/no-peer .* denies nobody the way to cluster2 any more/);
  });

  it("reads no reports about policies, however long they are", async () => {
    const kinds = ["policyreports.wgpolicyk8s.io", "clusterpolicies.kyverno.io", "ciliumnetworkpolicies.cilium.io"];
    const { code, cluster } = await run({ kinds, endless: kinds.slice(0, 2) });
    assert.equal(code, 0);
    assert.deepEqual(cluster.callsOf("listAll"), [[["ciliumnetworkpolicies.cilium.io"]]]);
  });

  describe("reads a kind in parts of which all together are too much", () => {
    const kind = "ciliumnetworkpolicies.cilium.io";
    const other = policy("CiliumNetworkPolicy", "cache", { endpointSelector: byName("cluster1") });
    const many = [OPEN, other];

    it("by the right to list it", async () => {
      const { code, stderr } = await run({ policies: many, endless: [kind] });
      assert.equal(code, 1);
      assert.match(stderr, /CiliumNetworkPolicy shop\/db spec\.endpointSelector selects no pod any more/);
      assert.match(stderr, /shop\/cache spec/);
      assert.match(stderr, /\(2 problems\)/);
    });

    it("in smaller ones where these are too much as well", async () => {
      const more = Array.from({ length: 31 }, (_, n) => policy("CiliumNetworkPolicy", `db-${String(n)}`, OPEN.spec));
      const { stderr, cluster } = await run({ policies: more, endless: [kind], endlessPage: 100 });
      assert.match(stderr, /\(31 problems\)/);
      assert.deepEqual(cluster.callsOf("page"), [
        [kind, "cilium.io/v2", 500, ""],
        [kind, "cilium.io/v2", 30, ""],
        [kind, "cilium.io/v2", 30, "30"],
      ]);
    });

    it("and says what stands in the way where that does not do, and not that a right is missing", async () => {
      const { code, stderr } = await run({ policies: many, endless: [kind], endlessPage: 1 });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /ciliumnetworkpolicies\.cilium\.io cannot be listed \(kubectl get --raw answers with more than 64 MiB\); see what kubectl/,
      );
    });
  });

  it("goes by the name that the agents run with, also where cilium-config has the old one back already", async () => {
    const { code } = await run({ policies, config: { "cluster-name": "default", "cluster-id": "0" } });
    assert.equal(code, 1);
  });

  it("takes a name that was absent for the unmeshed one, and one that another manager has set since for the one to come", async () => {
    const absent = recordText({ config: { "cluster-name": { kind: "absent" } } });
    assert.match((await run({ policies }, { originalConfig: absent })).stderr, /will be "default" again/);
    assert.match((await run({ policies, config: { "cluster-name": "other" } })).stderr, /will be "other" again/);
  });

  it("contacts no lost cluster", async () => {
    const { code, stdout, cluster } = await run({ dead: true }, { lost: true });
    assert.deepEqual([code, stdout, cluster.calls], [0, "", []]);
  });

  it("names the cluster that does not answer", async () => {
    const { code, stderr } = await run({ dead: true });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^cluster "cluster1": The connection to the server h:6443 was refused \(tried 3 times\); check address, network and VPN/m,
    );
  });
});
