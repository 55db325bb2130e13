import assert from "node:assert/strict";
import { LARGE_INPUT } from "../../../components/command/protocol";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { runScript } from "../../support/command/runScript";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { recordText } from "../support/record";

const LABEL = "io.cilium.k8s.policy.cluster";
const NAMESPACE = "k8s:io.kubernetes.pod.namespace";
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

const policy = (kind: string, name: string, spec: object) => ({ kind, metadata: { name, namespace: "shop" }, spec });
const byName = (name: string) => ({ matchLabels: { [LABEL]: name } });
const OPEN = policy("CiliumNetworkPolicy", "db", { endpointSelector: byName("cluster1") });
const CLOSED = policy("NetworkPolicy", "web", { ingress: [{ from: [{ podSelector: byName("cluster1") }] }] });

/** What a cluster answers. */
interface Cluster {
  /** UID of its namespace kube-system, where it is another cluster. */
  readonly uid?: string;
  readonly config?: Readonly<Record<string, string>> | null;
  readonly kinds?: readonly string[];
  readonly items?: Readonly<Record<string, readonly object[]>>;
  readonly forbidden?: string;
  readonly discoveryFails?: boolean;
  readonly dead?: boolean;
  /** Kinds that have more than one answer may hold, also so many of them as this; in smaller parts they have what `items` says. */
  readonly endless?: readonly string[];
  readonly endlessPage?: number;
  /** Every question gets an answer only when it is asked again. */
  readonly flaky?: boolean;
}

const ANSWERS = `
const print = (what) => process.stdout.write(typeof what === "string" ? what : JSON.stringify(what));
const fail = (why) => { process.stderr.write(why + "\\n"); process.exitCode = 1; };
const kinds = cluster_.kinds ?? ["pods", "networkpolicies.networking.k8s.io", "ciliumnetworkpolicies.cilium.io"];
const same = calls((call) => call.join() === [cluster, ...args].join());
if (cluster_.dead) fail("The connection to the server was refused");
else if (cluster_.flaky && same === 1) fail("Unable to connect to the server: EOF");
else if (args[0] === "api-resources") {
  print(kinds.join("\\n") + "\\n");
  if (cluster_.discoveryFails) fail("error: unable to retrieve the complete list of server APIs: old.io/v1: gone");
} else if (args[1] === "namespaces") {
  fail('Error from server (Forbidden): namespaces is forbidden');
} else if (args[1] === "--raw") {
  const url = new URL(args[2], "http://cluster");
  const [, , group, version, plural] = url.pathname.split("/");
  const all = cluster_.items?.[plural + "." + group] ?? [];
  const limit = Number(url.searchParams.get("limit"));
  const at = Number(url.searchParams.get("continue")?.slice("+/=".length) ?? 0);
  const more = at + 1 < all.length ? { continue: "+/=" + String(at + 1) } : {};
  if (version !== "v2") fail("no such version");
  else if (limit >= (cluster_.endlessPage ?? Infinity)) process.stdout.write(Buffer.alloc(70 * 2 ** 20, " "));
  else print({ kind: "CiliumNetworkPolicyList", metadata: more, items: all.slice(at, at + 1).map(({ kind, ...rest }) => rest) });
} else if (args[1] === "namespace/kube-system") {
  print({ kind: "Namespace", metadata: { name: "kube-system", uid: cluster_.uid ?? "uid-of-cluster1" } });
} else if (args[1] === "secret/cilium-clustermesh") {
  const data = { cluster1: "", cluster2: "", "mesh.ca.crt": "" };
  print({ kind: "Secret", metadata: { name: "cilium-clustermesh", uid: "2" }, data });
} else if (args[1].startsWith("configmap/")) {
  const metadata = { name: "cilium-config", uid: "1", resourceVersion: "1", managedFields: [] };
  const data = cluster_.config === undefined ? { "cluster-name": "cluster1", "cluster-id": "101" } : cluster_.config;
  if (data !== null) print({ kind: "ConfigMap", metadata, data });
} else {
  const asked = args[1].split(",");
  if (args.some((arg) => arg.startsWith("jsonpath="))) print(asked[0].slice(asked[0].indexOf(".") + 1) + "/v2");
  else if (cluster_.endless?.some((kind) => asked.includes(kind))) {
    process.stdout.write(Buffer.alloc(70 * 2 ** 20, " "));
  } else
  if (cluster_.forbidden !== undefined && asked.includes(cluster_.forbidden)) fail(cluster_.forbidden + " is forbidden");
  else {
    const all = asked.flatMap((kind) => cluster_.items?.[kind] ?? []);
    print({ items: all });
  }
}
`;

describe("the command that guards a cluster's policies", () => {
  async function run(cluster: Cluster, over: object = {}, ranges?: object) {
    const kubectl = scriptedKubectl(`const cluster_ = ${JSON.stringify(cluster)};\n${ANSWERS}`);
    try {
      const ended = await runScript({
        script: "policyCheck",
        verb: "check",
        input: { ...INPUT, ...over },
        env: process.env,
        stdin: ranges === undefined ? "" : JSON.stringify({ [LARGE_INPUT]: JSON.stringify({ ranges }) }),
      });
      return { ...ended, asked: kubectl.calls().map(([, ...args]) => args) };
    } finally {
      kubectl.remove();
    }
  }
  const items = {
    "ciliumnetworkpolicies.cilium.io": [OPEN],
    "networkpolicies.networking.k8s.io": [CLOSED],
    pods: [OPEN],
  };

  it("refuses with every policy that would fail open, and says what to do; what fails closed is a warning", async () => {
    const { code, stderr, asked } = await run({ items });
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
    const listed = asked.filter(([, what]) => what?.includes("polic"));
    assert.deepEqual(
      listed.map(([, what]) => what),
      ["networkpolicies.networking.k8s.io,ciliumnetworkpolicies.cilium.io"],
      "all kinds at once, and none that are no policies",
    );
    assert.ok(listed[0]?.includes("--all-namespaces"));
  });

  it("refuses another cluster than the one that was meshed, whatever is accepted", async () => {
    const { code, stderr, asked } = await run({ uid: "uid-of-another" }, { openPolicies: true });
    assert.equal(code, 1);
    assert.match(stderr, /kube-system uid "uid-of-another" is not "uid-of-cluster1", which this stack has meshed/);
    assert.equal(asked.length, 1);
  });

  it("lets go where nothing fails open", async () => {
    const { code, stderr } = await run({ items: { ...items, "ciliumnetworkpolicies.cilium.io": [] } });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: .*shop\/web/m);
  });

  it("lets go, and names what it lets go, where that was accepted", async () => {
    const { code, stderr } = await run({ items }, { openPolicies: true });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: accepted by openPolicies: cluster "cluster1": CiliumNetworkPolicy shop\/db/m);
    assert.doesNotMatch(stderr, /config set/);
  });

  it("refuses where it may not see a kind, names it, and judges the others", async () => {
    const forbidden = "networkpolicies.networking.k8s.io";
    const { code, stderr } = await run({ items, forbidden });
    assert.equal(code, 1);
    assert.match(stderr, /\(2 problems\)/);
    assert.match(
      stderr,
      /networkpolicies\.networking\.k8s\.io cannot be listed \(.*is forbidden\); let the kubeconfig's/,
    );
    assert.match(stderr, /shop\/db/);
    assert.equal((await run({ items, forbidden }, { openPolicies: true })).code, 0);
  });

  it("refuses where an API group does not say what it has", async () => {
    const { code, stderr } = await run({ discoveryFails: true });
    assert.equal(code, 1);
    assert.match(stderr, /some API group cannot be listed \(error: unable to retrieve .*old\.io\/v1/);
  });

  it("does not refuse a cluster that keeps its name, or has no Cilium any more", async () => {
    const keeps = await run({ items }, { originalConfig: originals("cluster1") });
    assert.equal(keeps.code, 0, keeps.stderr);
    assert.equal((await run({ items, config: null })).code, 0);
  });

  it("judges what a cluster's peers mean to it, though it keeps its name", async () => {
    const denial = policy("CiliumNetworkPolicy", "no-peer", { ingressDeny: [{ fromEndpoints: [byName("cluster2")] }] });
    const { code, stderr } = await run(
      { items: { "ciliumnetworkpolicies.cilium.io": [denial] } },
      { originalConfig: originals("cluster1") },
    );
    assert.equal(code, 1);
    assert.match(stderr, /cluster "cluster1" loses its peers.*\(1 problem\)/);
    assert.match(stderr, /shop\/no-peer spec\.ingressDeny\[0\]\.fromEndpoints\[0\] denies nobody of cluster2 any more/);
  });

  it("judges the addresses of its peers, as it was given them, and says so where it was not", async () => {
    const denial = policy("CiliumNetworkPolicy", "no-peer", {
      egressDeny: [
        { toEndpoints: [{ ...byName("cluster2"), matchExpressions: [{ key: NAMESPACE, operator: "Exists" }] }] },
        { toCIDR: ["10.70.0.0/16"] },
      ],
    });
    const client = policy("CiliumNetworkPolicy", "client", { egress: [{ toCIDR: ["10.0.0.0/8"] }] });
    const having = { items: { "ciliumnetworkpolicies.cilium.io": [denial, client] } };
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
    const { code, asked } = await run({
      items: { "ciliumnetworkpolicies.cilium.io": [] },
      kinds,
      endless: kinds.slice(0, 2),
    });
    assert.equal(code, 0);
    assert.deepEqual(
      asked.flatMap(([, what]) => (what?.includes("polic") ? [what] : [])),
      ["ciliumnetworkpolicies.cilium.io"],
    );
  });

  describe("reads a kind in parts of which all together are too much", () => {
    const kind = "ciliumnetworkpolicies.cilium.io";
    const other = policy("CiliumNetworkPolicy", "cache", { endpointSelector: byName("cluster1") });
    const many = { [kind]: [OPEN, other] };

    it("by the right to list it", async () => {
      const { code, stderr } = await run({ items: many, endless: [kind] });
      assert.equal(code, 1);
      assert.match(stderr, /CiliumNetworkPolicy shop\/db spec\.endpointSelector selects no pod any more/);
      assert.match(stderr, /shop\/cache spec/);
      assert.match(stderr, /\(2 problems\)/);
    });

    it("in smaller ones where these are too much as well", async () => {
      const { stderr, asked } = await run({ items: many, endless: [kind], endlessPage: 100 });
      assert.match(stderr, /\(2 problems\)/);
      const parts = asked.flatMap(([, raw, path]) => (raw === "--raw" ? [path] : []));
      assert.deepEqual(parts, [
        "/apis/cilium.io/v2/ciliumnetworkpolicies?limit=500",
        "/apis/cilium.io/v2/ciliumnetworkpolicies?limit=30",
        "/apis/cilium.io/v2/ciliumnetworkpolicies?limit=30&continue=%2B%2F%3D1",
      ]);
    });

    it("and says what stands in the way where that does not do, and not that a right is missing", async () => {
      const { code, stderr } = await run({ items: many, endless: [kind], endlessPage: 1 });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /ciliumnetworkpolicies\.cilium\.io cannot be listed \(kubectl get --raw answers with more than 64 MiB\); see what kubectl/,
      );
    });
  });

  it("goes by the name that the agents run with, also where cilium-config has the old one back already", async () => {
    const { code } = await run({ items, config: { "cluster-name": "default", "cluster-id": "0" } });
    assert.equal(code, 1);
  });

  it("takes a name that was absent for the unmeshed one, and one that another manager has set since for the one to come", async () => {
    const absent = recordText({ config: { "cluster-name": { kind: "absent" } } });
    assert.match((await run({ items }, { originalConfig: absent })).stderr, /will be "default" again/);
    assert.match((await run({ items, config: { "cluster-name": "other" } })).stderr, /will be "other" again/);
  });

  it("contacts no lost cluster", async () => {
    const { code, stdout, asked } = await run({ dead: true }, { lost: true });
    assert.deepEqual([code, stdout, asked], [0, "", []]);
  });

  it("names the cluster that does not answer", async () => {
    const { code, stderr } = await run({ dead: true });
    assert.equal(code, 1);
    assert.match(stderr, /^cluster "cluster1": The connection to the server was refused; it is asked again$/m);
    assert.match(
      stderr,
      /^cluster "cluster1": The connection to the server was refused \(tried 3 times\); check address, network and VPN/m,
    );
  });

  it("judges a cluster that answers to another try", async () => {
    const { code, stderr, asked } = await run({ items, flaky: true });
    assert.equal(code, 1);
    assert.match(stderr, /^cluster "cluster1": Unable to connect to the server: EOF; it is asked again$/m);
    assert.match(stderr, /shop\/db/);
    const kinds = asked.filter(([verb]) => verb === "api-resources");
    assert.equal(kinds.length, 2, stderr);
  });
});
