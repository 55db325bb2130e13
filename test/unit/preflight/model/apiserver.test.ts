import assert from "node:assert/strict";
import { present } from "../../../../components/basics/model/own";
import { targetsOf } from "../../../../components/identity/model/recorded";
import type { PreflightPolicy } from "../../../../components/preflight/model/policy";
import { apiserver, notPublishing } from "../../../../components/preflight/model/apiserver";
import type { ApiserverCluster } from "../../../../components/preflight/model/inspectedApiserver";
import { NOW } from "../../support/certificates/ca";
import { MARK_ANNOTATION } from "../../../../components/identity/model/mark";
import type { ReachableCluster } from "../../../../components/preflight/model/liveCluster";
import { testCA } from "../../support/apiserver/certificates";
import { chartObjects, secretObject, serviceObject, type ChartObjects } from "../../support/apiserver/chartObjects";
import { inspectedApiserver } from "../../support/apiserver/inspectedApiserver";
import { bySeverity, lines, member } from "../../support/mesh/mesh";
import { liveCluster, node, POLICY, type LiveObject, type LiveOptions } from "../../support/preflight/live";

const NODES = { network: { nodes: [node("n1", ["10.1.1.1"]), node("n2", ["10.1.1.2"])] } };
const TARGETS = targetsOf(POLICY.cilium, POLICY.peerSecret);
const HELM = "helm upgrade cilium cilium/cilium --version 1.20.2 --namespace kube-system --reuse-values";
const OR = " (or by its HelmChart, in k3s and RKE2)";

/** What a mark tells of a cluster that was installed with its name and id. */
const MARKED = {
  set: { "cluster-name": "cluster1", "cluster-id": "101" },
  originals: {
    "cluster-name": { kind: "value", value: "cluster1", managers: [] },
    "cluster-id": { kind: "value", value: "101", managers: [] },
  },
  peerSecret: "absent",
};
const uidOf = (options: LiveOptions) => liveCluster(options).config?.uid;

describe("preflight: clusters that publish by a clustermesh-apiserver", () => {
  let direct: ChartObjects;
  let cached: ChartObjects;
  before(async () => {
    [direct, cached] = await Promise.all([chartObjects(), chartObjects({ kvstoremesh: true })]);
  });

  /** What is said of a cluster with these objects. */
  function judge(
    objects: Partial<ChartObjects>,
    over: Partial<ApiserverCluster> = {},
    options: LiveOptions = {},
    known: PreflightPolicy["recorded"] = {},
    more: Pick<ReachableCluster, "identities"> = {},
  ) {
    const all = Object.values<LiveObject>({ ...objects });
    const made = inspectedApiserver(all, { ...NODES, ...options }, over);
    const each = { ...made, live: { ...made.live, ...more } };
    const { endpoints, hostAliases, reads, ca } = over.written ?? {};
    const written = { cluster1: present({ apiserver: present({ endpoints, hostAliases, ca }), reads }) };
    const found = { cluster: { ...member(1), ...each.cluster }, live: each.live };
    // One that publishes nothing is ruled out, and nothing else is said of it.
    const missing = notPublishing(each, POLICY);
    const recorded = Object.fromEntries(
      Object.entries(known).map(([name, of]) => [name, { ...of, uid: each.live.uid }]),
    );
    const said = missing.length > 0 ? missing : apiserver(found, { ...POLICY, written, recorded }, NOW);
    const { problems, warnings, notes, unseen } = bySeverity(said);
    return { problems: lines(problems), warnings: lines(warnings), notes: lines(notes), unseen };
  }
  const problems = (...args: Parameters<typeof judge>) => judge(...args).problems;
  const one = (said: readonly string[]): string => {
    assert.equal(said.length, 1, said.join("\n"));
    return said[0] ?? "";
  };
  const without = (all: ChartObjects, ...names: readonly (keyof ChartObjects)[]): Partial<ChartObjects> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.some((each) => each === name)));
  const NOTHING = { problems: [], warnings: [], notes: [], unseen: [] };

  it("have nothing said of them where all is as the chart makes it, with and without KVStoreMesh", () => {
    assert.deepEqual(judge(direct), NOTHING);
    assert.deepEqual(judge(cached, { reads: "cached" }), NOTHING);
  });

  it("may not be ready yet, and lack the ConfigMap of users: both are so before the first join", () => {
    const waiting = { ...direct.deployment, status: { replicas: 1 } };
    assert.deepEqual(judge({ ...without(direct, "users"), deployment: waiting }), NOTHING);
  });

  it("have no name that could be another one, where cilium-config is missing", () => {
    assert.deepEqual(judge(direct, {}, { without: ["configmap"] }), NOTHING);
  });

  it("may not be scaled to 0", () => {
    const { deployment } = direct;
    const scaled = { ...deployment, spec: { ...(deployment.spec as object), replicas: 0 } };
    assert.match(
      one(problems({ ...direct, deployment: scaled })),
      /is scaled to 0 replicas, and so publishes nothing; run/,
    );
  });

  it("are none of those that publish in a kvstore", () => {
    assert.deepEqual(judge({}, { publishes: "kvstore" }), NOTHING);
  });

  describe("need one", () => {
    it("and where it is missing one command makes it, with name and id where these are missing too", () => {
      const said = one(problems({}));
      assert.match(said, /Deployment kube-system\/clustermesh-apiserver is not there, and no etcd is given/);
      assert.ok(
        said.includes(`run ${HELM} --set clustermesh.useAPIServer=true${OR}, which restarts no agent; or write etcd`),
        said,
      );
      const unnamed = one(problems({}, {}, { config: { "cluster-name": "default", "cluster-id": "0" } }));
      const values = "--set clustermesh.useAPIServer=true --set cluster.name=cluster1 --set cluster.id=101";
      const restart = "kubectl --namespace kube-system rollout restart daemonset/cilium deployment/cilium-operator;";
      assert.ok(unnamed.includes(`${HELM} ${values}${OR}, and then, for the new name and id, ${restart}`), unnamed);
    });

    it("and the command has nothing of a cluster's that a shell would take for another one", () => {
      const annotations = { "meta.helm.sh/release-name": "$(reboot)" };
      assert.match(
        one(problems({}, {}, { configMetadata: { annotations } })),
        /run helm upgrade <release> cilium\/cilium/,
      );
    });

    it("but not with identities in a kvstore, which need that kvstore's etcd", () => {
      for (const objects of [{}, { deployment: cached.deployment }]) {
        const kvstore = { config: { "identity-allocation-mode": "kvstore" } };
        const hasNone = JSON.stringify(objects).replace('"name":"apiserver"', '"name":"other"');
        const said = one(problems(JSON.parse(hasNone) as Partial<ChartObjects>, {}, kvstore));
        assert.match(said, /live identity-allocation-mode "kvstore" .* no etcd is given; write etcd of this cluster/);
      }
      assert.deepEqual(problems(direct, {}, { config: { "identity-allocation-mode": "doublewrite-readcrd" } }), []);
    });

    it("that publishes", async () => {
      const { deployment } = await chartObjects({ containers: ["etcd", "kvstoremesh"] });
      assert.match(one(problems({ ...direct, deployment })), /"etcd","kvstoremesh"\] has no container apiserver/);
    });
  });

  it("need the declared name and id from their installation, and what has read them is restarted", () => {
    const said = one(problems(direct, {}, { config: { "cluster-name": "default", "cluster-id": "0" } }));
    assert.match(said, /live cluster-name and cluster-id \["default","0"\] are not the declared "cluster1" and 101/);
    assert.ok(said.includes(`run ${HELM} --set cluster.name=cluster1 --set cluster.id=101${OR} and then`), said);
    assert.match(said, /restart daemonset\/cilium deployment\/cilium-operator deployment\/clustermesh-apiserver; or/);
    // The certificates are for the old name then, and made anew with the new one.
    const old = { config: { "cluster-name": "old", "cluster-id": "0" } };
    assert.equal(
      problems({ ...direct, admin: secretObject("clustermesh-apiserver-admin-cert", {}) }, {}, old).length,
      1,
    );
    // Of a cluster that is meshed as another one, what is told of all clusters is enough.
    assert.deepEqual(problems(direct, {}, { config: { "cluster-id": "7" } }), []);
  });

  it("need them still when they are meshed: the program does not set them again", () => {
    const recorded = {
      cluster1: { uid: "", set: { "cluster-name": "cluster1", "cluster-id": "101" }, targets: TARGETS },
    };
    for (const config of [{ "cluster-name": "ocean" }, { "cluster-id": "7" }, { "cluster-id": "0" }]) {
      const said = one(problems(direct, {}, { config }, recorded));
      assert.match(said, /live cluster-name and cluster-id \[.*\] are not the declared "cluster1" and 101/);
      assert.ok(said.includes(`run ${HELM} --set cluster.name=cluster1 --set cluster.id=101${OR} and then`), said);
    }
  });

  describe("need no declared name and id where this program may set them", () => {
    const UNMESHED = { config: { "cluster-name": "default", "cluster-id": "0" } };
    const set = { identity: "set" } as const;

    it("which is told where it may not yet, and where nothing else speaks against it", () => {
      const way = /; or add overwriteConflicts to clustermesh:allow .*certificates for the name, until destroy$/;
      assert.match(one(problems(direct, {}, UNMESHED)), way);
      // One that was installed with its name and has another one since.
      const mark = { owner: POLICY.owner, uid: uidOf(UNMESHED), ...MARKED };
      const marked = { ...UNMESHED, configMetadata: { annotations: { [MARK_ANNOTATION]: JSON.stringify(mark) } } };
      assert.doesNotMatch(one(problems(direct, {}, marked)), /overwriteConflicts/);
    });

    it("nor certificates with their name, but some that can be replaced", async () => {
      const other = await chartObjects({ name: "default", kvstoremesh: true });
      assert.deepEqual(judge(other, { ...set, reads: "cached" }, UNMESHED), NOTHING);
      const said = problems(without(other, "admin", "local"), { ...set, reads: "cached" }, UNMESHED);
      assert.equal(said.length, 2);
      assert.match(said[0] ?? "", /admin-cert has no certificate that can be read/);
      assert.ok(
        said.every((each) => !each.includes("cluster.name")),
        said.join("\n"),
      );
      assert.match(
        one(problems(without(direct, "deployment"), set, UNMESHED)),
        /--set clustermesh.useAPIServer=true \(/,
      );
    });

    it("but are warned of Hubble's certificate, where there is one and the name becomes another", () => {
      const hubble = { ...direct, hubble: secretObject("hubble-server-certs", {}) };
      const { problems: none, warnings } = judge(hubble, set, UNMESHED);
      assert.deepEqual(none, []);
      assert.match(
        one(warnings),
        /hubble-server-certs is for \*\.default\.hubble-grpc\.cilium\.io, and Hubble Relay asks/,
      );
      assert.ok(warnings[0]?.includes(`${HELM} --set cluster.name=cluster1 --set cluster.id=101`), warnings[0]);
      assert.deepEqual(judge(hubble, set), NOTHING);
      const onlyId = { config: { "cluster-id": "0" } };
      assert.deepEqual(judge(hubble, set, onlyId), NOTHING);
      assert.deepEqual(judge(hubble, {}, UNMESHED).warnings, []);
    });
  });

  describe("need that no identities are left under their name with another id", () => {
    const OF_101 = 101 * 2 ** 16 + 7;
    const OF_7 = 7 * 2 ** 16 + 300;
    const identities = (...numbers: readonly number[]) => ({ identities: { kind: "read", numbers } }) as const;

    it("which pods would get again", () => {
      const said = one(problems(direct, {}, {}, {}, identities(OF_101, OF_7, OF_7 + 1, 300)));
      assert.match(
        said,
        /CiliumIdentities of id 7 \["459052","459053"\] are left from an earlier mesh \(2 with the name "cluster1"\)/,
      );
      assert.match(said, /kubectl get ciliumidentities\.cilium\.io -l io\.cilium\.k8s\.policy\.cluster=cluster1/);
    });

    it("and those of id 0, of the declared one, and those that every cluster has are none of them", () => {
      assert.deepEqual(judge(direct, {}, {}, {}, identities(OF_101, 300, 65_535, 1, 2 ** 24)), NOTHING);
      assert.deepEqual(judge(direct, {}, {}, {}, identities()), NOTHING);
    });

    it("and where they could not be read, that is said", () => {
      const { problems: none, unseen } = judge(direct, {}, {}, {}, { identities: { kind: "unread", reason: "no" } });
      assert.deepEqual(none, []);
      assert.deepEqual(unseen, [{ cluster: "cluster1", what: "CiliumIdentities of other cluster ids", why: "no" }]);
    });
  });

  it("need users: with authMode legacy all peers would have one name", async () => {
    const { deployment } = await chartObjects({ authMode: "legacy" });
    const said = one(problems({ ...direct, deployment }));
    assert.match(said, /takes no users \(clustermesh.apiserver.tls.authMode legacy\)/);
    assert.ok(said.includes(`${HELM} --set clustermesh.apiserver.tls.authMode=migration`), said);
  });

  describe("need certificates", () => {
    const fileOf = (secret: ChartObjects["ca"], file: string) =>
      Buffer.from(secret.data?.[file] ?? "", "base64").toString();
    const serverSecret = (files: Readonly<Record<string, string>>) =>
      secretObject("clustermesh-apiserver-server-cert", files);

    it("whose CA can be read, and can sign", async () => {
      const unread = secretObject("cilium-ca", { "ca.crt": "x", "ca.key": "x" });
      assert.match(one(problems({ ...direct, ca: unread })), /has no ca.crt that can be read/);
      const leaf = await testCA("CN=leaf", false);
      const ca = secretObject("cilium-ca", { "ca.crt": leaf.certificate, "ca.key": leaf.privateKey });
      assert.match(one(problems(await chartObjects({}, leaf))), /"CN=leaf" is not a CA; give the certificate of/);
      assert.equal(problems({ ...direct, ca }).length, 3);
    });

    it("of the server's etcd that this CA has signed: its name is the same everywhere, its key is not", async () => {
      const other = await chartObjects();
      const said = one(problems({ ...direct, server: serverSecret({ "tls.crt": fileOf(other.server, "tls.crt") }) }));
      assert.match(said, /is not signed by the CA in Secret cilium-ca, by which peers verify it/);
      assert.ok(said.includes(`run ${HELM}${OR}, which has all of them signed`), said);
      assert.match(one(problems(without(direct, "server"))), /server-cert has no certificate that can be read/);
    });

    it("of which the etcd trusts this CA, alone or among others", async () => {
      const [other, own] = [await testCA(), fileOf(direct.ca, "ca.crt")];
      const shown = { "tls.crt": fileOf(direct.server, "tls.crt") };
      const foreign = serverSecret({ ...shown, "ca.crt": other.certificate });
      assert.match(
        one(problems({ ...direct, server: foreign })),
        /another in ca.crt than the CA in Secret cilium-ca: its etcd refuses/,
      );
      assert.deepEqual(
        problems({ ...direct, server: serverSecret({ ...shown, "ca.crt": other.certificate + own }) }),
        [],
      );
    });

    it("for the users admin and, with KVStoreMesh, local of this very name", async () => {
      const other = await chartObjects({ name: "default", kvstoremesh: true });
      const said = one(problems({ ...direct, admin: other.admin }));
      assert.match(said, /admin-cert "admin-default" has not the CN admin-cluster1: .*permission denied/);
      assert.ok(
        said.includes(
          `${HELM} --set cluster.name=cluster1 --set cluster.id=101${OR}, and then kubectl --namespace kube-system rollout restart`,
        ),
        said,
      );
      assert.match(one(problems(without(direct, "admin"))), /admin-cert has no certificate that can be read/);
      const local = { ...cached, local: other.local };
      assert.match(
        one(problems(local, { reads: "cached" })),
        /local-cert "local-default" has not the CN local-cluster1/,
      );
      assert.deepEqual(problems(local), []);
      assert.deepEqual(problems(without(direct, "local")), []);
    });
  });

  describe("need a way in", () => {
    const balancer = (ingress: readonly object[]) =>
      serviceObject({ type: "LoadBalancer" }, { loadBalancer: { ingress } });
    const written = (endpoint: string, hostAliases?: Readonly<Record<string, readonly string[]>>) => ({
      written: { endpoints: [endpoint], ...(hostAliases === undefined ? {} : { hostAliases }) },
    });
    const HOST = "cluster1.mesh.cilium.io";

    it("that their Service tells, or that is written down", () => {
      for (const [service, reason] of [
        [balancer([]), /Service kube-system\/clustermesh-apiserver is a LoadBalancer without an address/],
        [balancer([{ hostname: "lb.example.com" }]), /is reached by the name lb.example.com, which/],
        [serviceObject({ type: "ClusterIP" }), /is of type ClusterIP, .* write apiserver.endpoints/],
      ] as const) {
        assert.match(one(problems({ ...direct, service })), reason);
        assert.deepEqual(
          judge({ ...direct, service }, written(`https://${HOST}:1`, { [HOST]: ["10.9.9.9"] })),
          NOTHING,
        );
      }
      assert.match(
        one(problems(without(direct, "service"))),
        /is not there, or has no port: .* write apiserver.endpoints/,
      );
      assert.deepEqual(problems(direct, {}, { network: { nodes: [] } }).length, 1);
    });

    it("and one that is written down and differs is warned of, with both", () => {
      const fits = written(`https://${HOST}:32379`, { [HOST]: ["10.1.1.2"] });
      assert.deepEqual(judge(direct, fits), NOTHING);
      const port = judge(direct, written(`https://${HOST}:2379`, { [HOST]: ["10.1.1.2"] }));
      assert.deepEqual(port.problems, []);
      assert.match(
        one(port.warnings),
        /"https:\/\/cluster1.*:2379" has another port than Service .*, which is reached by 32379/,
      );
      const { warnings } = judge(direct, written(`https://${HOST}:32379`, { [HOST]: ["10.1.1.2", "10.9.9.9"] }));
      assert.match(
        one(warnings),
        /leads to 10.9.9.9, and Service .* is reached by 10.1.1.1, 10.1.1.2; what is written is used/,
      );
      const service = balancer([{ ip: "203.0.113.7" }]);
      assert.match(
        one(judge({ ...direct, service }, written(`https://${HOST}:2379`, { [HOST]: ["10.1.1.1"] })).warnings),
        /leads to 10.1.1.1, and Service .* is reached by 203.0.113.7/,
      );
    });

    it("and where DNS decides, that is said not to be seen", () => {
      const { unseen, problems: none } = judge(direct, written("https://x.mesh.cilium.io:32379"));
      assert.deepEqual(none, []);
      assert.deepEqual(
        unseen.map(({ what }) => what),
        ["endpoint https://x.mesh.cilium.io:32379"],
      );
    });

    it("and addresses are compared by what they mean, and with nothing where a load balancer has a name", () => {
      const network = { nodes: [node("n1", ["fd00:0::1"])] };
      assert.deepEqual(judge(direct, written(`https://${HOST}:32379`, { [HOST]: ["fd00::1"] }), { network }), NOTHING);
      const service = balancer([{ hostname: "lb.mesh.cilium.io" }]);
      const by = judge({ ...direct, service }, written(`https://${HOST}:2379`, { [HOST]: ["10.9.9.9"] }));
      assert.deepEqual([by.problems, by.warnings, by.unseen.length], [[], [], 1]);
      assert.deepEqual(judge({ ...direct, service }, written("https://lb.mesh.cilium.io:2379")), NOTHING);
    });

    it("under a host that the server certificate has", () => {
      const name = one(problems(direct, written("https://etcd.example.com:32379")));
      assert.match(
        name,
        /"https:\/\/etcd.example.com:32379" is not what its server certificate is for \(clustermesh-apiserver/,
      );
      assert.ok(
        name.includes(`${HELM} --set "clustermesh.apiserver.tls.auto.server.extraDnsNames={etcd.example.com}"`),
        name,
      );
      assert.match(one(problems(direct, written("https://10.1.1.1:32379"))), /extraIpAddresses=\{10.1.1.1\}/);
      assert.deepEqual(problems(direct, written("https://127.0.0.1:32379")), []);
    });
  });

  describe("and read", () => {
    const NATIVE = { "routing-mode": "native", "auto-direct-node-routes": "true" };

    it("a cache only where there is one", () => {
      const said = one(problems(direct, { reads: "cached", written: { reads: "cached" } }));
      assert.match(
        said,
        /reads "cached" needs the container kvstoremesh .*, which is not there \(it has etcd, apiserver\)/,
      );
      assert.ok(
        said.includes(`write "direct", or run ${HELM} --set clustermesh.apiserver.kvstoremesh.enabled=true`),
        said,
      );
    });

    it("past one where that is written down, which is said", () => {
      const said = judge(cached, { written: { reads: "direct" } });
      assert.deepEqual(judge(cached), NOTHING);
      assert.deepEqual(said.problems, []);
      assert.match(one(said.notes), /reads "direct" leaves the container kvstoremesh .* without peers/);
    });

    it("a cache that may get no first connection, where pods have no way back yet", () => {
      const native = judge(cached, { reads: "cached" }, { config: NATIVE });
      assert.deepEqual(native.problems, []);
      assert.match(
        one(native.warnings),
        /live auto-direct-node-routes "true" may leave KVStoreMesh without a first connection/,
      );
      assert.deepEqual(judge(direct, {}, { config: NATIVE }), NOTHING);
      for (const config of [{ "routing-mode": "tunnel" }, { "auto-direct-node-routes": "false" }]) {
        assert.deepEqual(judge(cached, { reads: "cached" }, { config: { ...NATIVE, ...config } }), NOTHING);
      }
    });
  });
});
