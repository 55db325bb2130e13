import assert from "node:assert/strict";
import { differingSettings, liveSettings, nativeRouting } from "../../../../components/model/preflight/settings";
import { found, POLICY, type LiveOptions } from "../../support/live";
import { lines, member } from "../../support/mesh";

type Config = NonNullable<LiveOptions["config"]>;

describe("preflight: settings that all clusters share", () => {
  /** Problems of clusters with these settings, in their order. */
  const differing = (...configs: readonly Config[]) =>
    lines(differingSettings(configs.map((config, index) => found(index + 1, { config })))).map(
      (line) => line.split(";")[0],
    );

  it("are the same in clusters that were installed alike", () => {
    assert.deepEqual(differing({}, {}, {}), []);
  });

  const values: Readonly<Record<string, readonly [string, string]>> = {
    "max-connected-clusters": ["255", "511"],
    "routing-mode": ["native", "tunnel"],
    "enable-wireguard": ["false", "true"],
  };
  for (const [key, [common, other]] of Object.entries(values)) {
    it(`${key} that differs is told for each cluster that is not like most`, () => {
      assert.deepEqual(differing({ [key]: other }, { [key]: common }, { [key]: common }), [
        `cluster "cluster1": live ${key} "${other}" differs from "${common}" of cluster "cluster2"`,
      ]);
    });
  }

  it("tunnel-protocol matters where anything is tunnelled, and only there", () => {
    const tunnel = { "routing-mode": "tunnel" };
    assert.deepEqual(differing({ ...tunnel }, { ...tunnel, "tunnel-protocol": "geneve" }), [
      'cluster "cluster2": live tunnel-protocol "geneve" differs from "vxlan" of cluster "cluster1"',
    ]);
    assert.deepEqual(differing({}, { "tunnel-protocol": "geneve" }), []);
  });

  it("have Cilium's defaults where they are missing", () => {
    assert.deepEqual(
      differing({ "max-connected-clusters": undefined, "routing-mode": undefined }, { "routing-mode": "tunnel" }),
      [],
    );
    assert.deepEqual(differing({ "tunnel-protocol": undefined, "enable-wireguard": undefined }, {}), []);
  });

  it("say nothing of a cluster whose ConfigMap is missing", () => {
    assert.deepEqual(differingSettings([found(1), found(2, { without: ["configmap"] })]), []);
  });
});

describe("preflight: settings of one cluster", () => {
  const settings = (config: Config, id = 101, max: 255 | 511 = 255) =>
    lines(liveSettings(found(1, { config }, { id }), { ...POLICY, maxConnectedClusters: max }));

  it("are fine where Cilium stores identities in its etcd", () => {
    assert.deepEqual(settings({}), []);
    assert.deepEqual(settings({ "identity-allocation-mode": "doublewrite-readkvstore" }), []);
    assert.deepEqual(liveSettings(found(1, { without: ["configmap"] }), POLICY), []);
  });

  it("max-connected-clusters is the declared one", () => {
    assert.deepEqual(settings({ "max-connected-clusters": "511" }), [
      'cluster "cluster1": live max-connected-clusters "511" is not the declared 255; set clustermesh:maxConnectedClusters to what every cluster was installed with',
    ]);
    assert.equal(settings({ "max-connected-clusters": undefined }, 101, 511).length, 1);
  });

  it("identity-allocation-mode crd never reaches a peer through an etcd", () => {
    const line =
      'cluster "cluster1": live identity-allocation-mode "crd" never writes this cluster\'s identities to its etcd; install Cilium with identityAllocationMode=kvstore or doublewrite-readkvstore';
    assert.deepEqual(settings({ "identity-allocation-mode": "crd" }), [line]);
    assert.deepEqual(settings({ "identity-allocation-mode": undefined, kvstore: undefined }), [line]);
  });

  it("identity-allocation-mode is kvstore where there is a kvstore and nothing else is said", () => {
    assert.deepEqual(settings({ "identity-allocation-mode": undefined }), []);
  });

  for (const [key, mode] of [
    ["ipam", "eni"],
    ["ipam", "alibabacloud"],
    ["cni-chaining-mode", "aws-cni"],
  ] as const) {
    it(`${key} ${mode} leaves no id with bit 7 set`, () => {
      assert.deepEqual(settings({ [key]: mode }, 128), [
        `cluster "cluster1": id 128 has bit 7 set, which IPAM mode "${mode}" needs for itself; use an id from 1 to 127`,
      ]);
      assert.deepEqual(settings({ [key]: mode }, 127), []);
    });
  }

  it("an id out of range is not told here again", () => {
    assert.deepEqual(settings({ ipam: "eni" }, 0), []);
  });
});

describe("preflight: live native-routing CIDR", () => {
  const members = [member(1), member(2, { podCIDRs: ["192.168.0.0/16", "fd00:60::/48"] })];
  const judge = (config: Config) => lines(nativeRouting(found(1, { config }), members));

  it("has to cover every cluster's pods", () => {
    assert.deepEqual(judge({}), [
      'cluster "cluster1": live ipv4-native-routing-cidr "10.0.0.0/8" does not cover podCIDR 192.168.0.0/16 of cluster "cluster2"; widen it in every cluster',
    ]);
    assert.deepEqual(judge({ "ipv4-native-routing-cidr": "0.0.0.0/0" }), []);
  });

  it("has to, for IPv6 too", () => {
    const config = { "ipv4-native-routing-cidr": undefined, "ipv6-native-routing-cidr": "fd01::/16" };
    assert.deepEqual(judge(config).length, 1);
    assert.deepEqual(judge({ ...config, "ipv6-native-routing-cidr": "fd00::/16" }), []);
  });

  it("means nothing in tunnel mode, nor where it is not set", () => {
    assert.deepEqual(judge({ "routing-mode": "tunnel" }), []);
    assert.deepEqual(judge({ "routing-mode": undefined }), []);
    assert.deepEqual(judge({ "ipv4-native-routing-cidr": undefined }), []);
  });
});
