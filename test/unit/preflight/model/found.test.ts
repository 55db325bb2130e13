import assert from "node:assert/strict";
import { foundOf, MOST_FOUND_RANGES } from "../../../../components/preflight/model/found";
import { testCA } from "../../support/apiserver/certificates";
import { chartObjects, secretObject, serviceObject } from "../../support/apiserver/chartObjects";
import { inspectedApiserver } from "../../support/apiserver/inspectedApiserver";
import { completed } from "../../../../components/mesh/model/mesh";
import { namesApiserver } from "../../../../components/mesh/model/publication";
import { MARK_ANNOTATION, markText } from "../../../../components/identity/model/mark";
import { readRecordedClusters, summaryOf } from "../../../../components/identity/model/recordedClusters";
import { foundInRecord } from "../../../../components/preflight/foundClusters";
import type { PreflightPolicy } from "../../../../components/preflight/model/policy";
import { recordOf, recordText } from "../../support/record";
import { liveCluster, node, POLICY, type LiveObject, type LiveOptions } from "../../support/preflight/live";

const CLUSTER = { name: "cluster1", id: 101, etcd: {} };
const found = (objects: readonly LiveObject[], options?: LiveOptions) =>
  foundOf(CLUSTER, inspectedApiserver(objects, options).live, POLICY);
const ranges = (config: NonNullable<LiveOptions["config"]>, network: LiveOptions["network"] = {}) =>
  foundOf(CLUSTER, liveCluster({ config, network }), POLICY).podCIDRs;
const nodes = (count: number, podCIDR: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => node(`n${String(n)}`, ["10.1.1.1"], { podCIDRs: [podCIDR(n)] }));

describe("preflight: how the agents of a cluster get name and id", () => {
  const UNMESHED = { "cluster-name": "default", "cluster-id": "0" };
  const ALLOWED = { ...POLICY, allow: ["overwriteConflicts"] } as const;
  const { uid, config: { uid: configUid = "" } = {} } = liveCluster();
  const original = (value: string) => ({ kind: "value", value, managers: [] }) as const;

  /** One whose name and id were these before. @param name Absent where it has no mark. */
  function identity(config: NonNullable<LiveOptions["config"]>, policy: PreflightPolicy, name?: string, id = "0") {
    const originals = { "cluster-name": original(name ?? ""), "cluster-id": original(id) };
    const mark = markText(recordOf({ configMap: configUid, config: originals }), policy.owner);
    const configMetadata = name === undefined ? {} : { annotations: { [MARK_ANNOTATION]: mark } };
    const live = inspectedApiserver([], { config, configMetadata }).live;
    return foundOf({ name: "cluster1", id: 101 }, live, policy).identity;
  }
  const SET = { "cluster-name": "cluster1", "cluster-id": "101" };

  it("is by this program where that is allowed, and the cluster is in no mesh", () => {
    assert.equal(identity(UNMESHED, ALLOWED), "set");
    assert.equal(identity({ ...UNMESHED, "cluster-name": "some" }, ALLOWED), "set");
    assert.equal(identity({ "cluster-name": undefined, "cluster-id": undefined }, ALLOWED), "set");
    assert.equal(identity(UNMESHED, POLICY), "asInstalled");
    assert.equal(identity(SET, ALLOWED), "asInstalled");
  });

  it("stays so as long as it is in the mesh, by its mark, whatever is allowed and whatever its values are by now", () => {
    for (const policy of [POLICY, ALLOWED]) {
      for (const config of [SET, UNMESHED]) {
        assert.equal(identity(config, policy, "default"), "set");
        assert.equal(identity(config, policy, "cluster1", "101"), "asInstalled");
      }
    }
    assert.equal(identity(SET, POLICY, "cluster1", "0"), "set");
  });

  it("stays so by the state, where somebody has taken the mark away, and not for another cluster", () => {
    const recorded = (of: string) => ({
      ...POLICY,
      recorded: { cluster1: { ...summaryOf(recordText(), "cluster1", { identity: "set" }), uid: of } },
    });
    assert.equal(identity(SET, recorded(uid)), "set");
    assert.equal(identity(SET, recorded("another")), "asInstalled");
  });

  it("is not asked of one with an etcd of its own", () => {
    assert.ok(!("identity" in foundOf(CLUSTER, liveCluster({ config: UNMESHED }), ALLOWED)));
    const apiserver = completed({ id: 1 }, { identity: "set" });
    assert.deepEqual([apiserver.identity, namesApiserver(apiserver)], ["set", true]);
    const kvstore = completed({ id: 1, etcd: {} }, { identity: "asInstalled" });
    assert.deepEqual([kvstore.identity, namesApiserver(kvstore)], ["set", false]);
    assert.equal(namesApiserver(completed({ id: 1 })), false);
  });

  it("is known of clusters that are not looked at, or do not answer", () => {
    const named = { identity: "set" } as const;
    const [issued, ofOne] = [{ clientCertificates: "issued" } as const, { ca: "1a2b" }];
    const of = (decided: Parameters<typeof summaryOf>[2]) => summaryOf(recordText(), "cluster1", decided);
    const recorded = readRecordedClusters({ a: of(named), b: of({}), c: of(issued), d: of(ofOne) });
    assert.deepEqual(foundInRecord(recorded), { a: named, c: issued, d: ofOne });
    // Another cluster may be back under the name of a lost one, with a CA of its own.
    const [a, d] = [of(named), of({ ...named, ...ofOne })].map((each) => ({ ...each, lost: true as const }));
    assert.deepEqual(foundInRecord({ ...(a && { a }), ...(d && { d }) }), { a: named, d: named });
  });
});

describe("preflight: what a live cluster says of itself", () => {
  it("is who reads, and the way in", async () => {
    const { deployment, service } = await chartObjects({ kvstoremesh: true });
    const network = { nodes: [node("n1", ["10.1.1.1"])] };
    assert.deepEqual(found([deployment, service], { config: { ipam: "delegated-plugin" }, network }), {
      reads: "cached",
      endpoints: ["https://cluster1.mesh.cilium.io:32379"],
      hostAliases: { "cluster1.mesh.cilium.io": ["10.1.1.1"] },
    });
    const direct = found([(await chartObjects()).deployment, serviceObject({ type: "ClusterIP" })]);
    assert.deepEqual([direct.reads, direct.endpoints], ["direct", undefined]);
  });

  it("is a load balancer's own name, where the certificate has it", async () => {
    const { deployment, server } = await chartObjects();
    const ingress = [{ hostname: "b.mesh.cilium.io" }];
    const service = serviceObject({ type: "LoadBalancer" }, { loadBalancer: { ingress } });
    const { endpoints, hostAliases } = found([deployment, service, server]);
    assert.deepEqual([endpoints, hostAliases], [["https://b.mesh.cilium.io:2379"], {}]);
    assert.equal(found([deployment, service]).endpoints, undefined);
  });

  it("is by what its CA is known, where that signs, and so the same of clusters that have one CA", async () => {
    const [one, other] = [await chartObjects(), await chartObjects()];
    const of = ({ deployment, ca, server }: typeof one) => found([deployment, ca, server]).ca;
    assert.equal(of(one)?.length, 64);
    assert.equal(of(one), of({ ...other, ca: one.ca, server: one.server }));
    assert.notEqual(of(one), of(other));
    assert.equal(found([one.deployment, one.remote]).ca, undefined);
  });

  it("tells CAs apart that sign with another key, though the same certificates are beside each other", async () => {
    const [one, two] = [await testCA(), await testCA()];
    const { deployment } = await chartObjects({}, one);
    const of = (certificates: string, privateKey: string) =>
      found([deployment, secretObject("cilium-ca", { "ca.crt": certificates, "ca.key": privateKey })]).ca;
    const [both, reversed] = [one.certificate + two.certificate, two.certificate + one.certificate];
    assert.equal(of(both, one.privateKey), of(one.certificate, one.privateKey));
    assert.equal(of(both, one.privateKey), of(reversed, one.privateKey));
    assert.notEqual(of(both, one.privateKey), of(reversed, two.privateKey));
    for (const key of [two.privateKey, "rubbish", one.certificate]) assert.equal(of(one.certificate, key), undefined);
  });

  it("is nothing of who reads, where there is no clustermesh-apiserver", () => {
    assert.equal(found([]).reads, undefined);
  });

  it("are the pools of the whole cluster, in which the nodes' ranges are: thousands of them are one", () => {
    const pool = {
      ipam: "cluster-pool",
      "cluster-pool-ipv4-cidr": "10.60.0.0/14",
      "cluster-pool-ipv6-cidr": "fd00:60::/48",
    };
    const many = nodes(
      5000,
      (n) => `10.${String(60 + (n >> 11))}.${String((n >> 3) & 255)}.${String((n & 7) * 32)}/27`,
    );
    assert.deepEqual(ranges({ ...pool, "enable-ipv6": "true" }, { nodes: many }), ["10.60.0.0/14", "fd00:60::/48"]);
    assert.deepEqual(ranges({ ...pool, "enable-ipv6": "false" }), ["10.60.0.0/14"]);
    const older = nodes(1, () => "10.99.0.0/24");
    assert.deepEqual(ranges({ ...pool, "enable-ipv6": "false" }, { nodes: older }), ["10.60.0.0/14", "10.99.0.0/24"]);
  });

  it("are what Kubernetes gives nodes ranges of, where that is seen, and else these as few as can be", () => {
    const config = { ipam: "kubernetes", "enable-ipv6": "false" };
    const neighbours = nodes(200, (n) => `10.60.${String(n)}.0/24`);
    assert.deepEqual(ranges(config, { nodes: neighbours }), ["10.60.0.0/17", "10.60.128.0/18", "10.60.192.0/21"]);
    const seen = { clusterCIDRs: ["10.60.0.0/16", "fd00::/56"] };
    assert.deepEqual(ranges(config, { nodes: neighbours, ...seen }), ["10.60.0.0/16"]);
    assert.deepEqual(ranges({ ...config, ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.7.0.0/16" }, seen), [
      "10.7.0.0/16",
    ]);
  });

  it("are not known where they are too many to write down, or the mode does not tell", () => {
    const config = { ipam: "kubernetes", "enable-ipv6": "false" };
    const apart = (count: number) => ranges(config, { nodes: nodes(count, (n) => `10.60.${String(2 * n)}.0/24`) });
    assert.equal(apart(MOST_FOUND_RANGES)?.length, MOST_FOUND_RANGES);
    assert.equal(apart(MOST_FOUND_RANGES + 1), undefined);
    assert.equal(ranges({ ...config, ipam: "delegated-plugin" }, { nodes: nodes(1, () => "10.60.0.0/24") }), undefined);
    assert.equal(ranges(config), undefined);
  });

  it("are the same whatever the nodes' order, and never the nodes' own: with a new node those would be others", () => {
    const config = { ipam: "kubernetes", "enable-ipv6": "false" };
    const some = nodes(9, (n) => `10.60.${String(3 * n)}.0/24`);
    assert.deepEqual(ranges(config, { nodes: some }), ranges(config, { nodes: some.toReversed() }));
    assert.equal(foundOf(CLUSTER, liveCluster({ config, network: { nodes: some } }), POLICY).nodeCIDRs, undefined);
  });
});
