import assert from "node:assert/strict";
import { liveRanges } from "../../../../components/preflight/model/liveRanges";
import { bySeverity, heads, member } from "../../support/mesh/mesh";
import { found, node, type LiveOptions } from "../../support/preflight/live";
import type { InspectedCluster } from "../../../../components/preflight/model/policy";

/** What is said of these clusters. */
function judged(all: readonly InspectedCluster[]) {
  const { problems, warnings, unseen } = bySeverity(
    liveRanges(
      all,
      all.map((each) => each.cluster),
    ),
  );
  return { problems: heads(problems), warnings: heads(warnings), unseen };
}

/** The same of clusters with these live options. */
const judge = (...options: readonly LiveOptions[]) => judged(options.map((each, index) => found(index + 1, each)));

const services = { serviceCIDRs: ["172.20.0.0/16"] };

describe("preflight: live ranges of pods", () => {
  it("that fit have nothing said of them", () => {
    const pods = node("n1", ["10.1.1.7"], { podCIDRs: ["10.101.3.0/24", "fd00::/64"] });
    const nothing = { problems: [], warnings: [], unseen: [] };
    assert.deepEqual(judge({ network: { nodes: [pods], ...services } }), nothing);
    const pool = { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.101.0.0/17 10.101.128.0/17" };
    assert.deepEqual(judge({ config: pool, network: { nodes: [pods], ...services } }), nothing);
  });

  it("of cluster-pool are the pool's, with the declared ones and those that they overlap: the chart's default in two clusters", () => {
    const config = { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/8", "routing-mode": "tunnel" };
    const declared = (n: number) => `podCIDRs (10.${String(100 + n)}.0.0/16)`;
    const overlapped = (n: number) =>
      `podCIDRs of cluster "cluster${String(n)}" (10.${String(100 + n)}.0.0/16), nodeCIDRs of cluster "cluster${String(n)}" (10.1.${String(n)}.0/24), 1 more`;
    assert.deepEqual(judge({ config }, { config }).problems, [
      `cluster "cluster1": live cluster-pool-ipv4-cidr "10.0.0.0/8" is not inside ${declared(1)}, and overlaps ${overlapped(2)}`,
      `cluster "cluster2": live cluster-pool-ipv4-cidr "10.0.0.0/8" is not inside ${declared(2)}, and overlaps ${overlapped(1)}`,
    ]);
  });

  it("are the agent's default mode where none is set, and a list is written with commas, too", () => {
    const config = { ipam: undefined, "cluster-pool-ipv4-cidr": "10.101.0.0/17,10.7.0.0/16" };
    assert.deepEqual(judge({ config }).problems, [
      'cluster "cluster1": live cluster-pool-ipv4-cidr "10.7.0.0/16" is not inside podCIDRs (10.101.0.0/16)',
    ]);
  });

  it("of nodes are not told where their pool is told already, and are where it is not", () => {
    const config = { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": "10.7.0.0/16" };
    const nodes = [node("n1", ["10.1.1.7"], { podCIDRs: ["10.7.1.0/24"] })];
    assert.equal(judge({ config, network: { nodes } }).problems.length, 1);
    const old = { ...config, "cluster-pool-ipv4-cidr": "10.101.0.0/16" };
    assert.deepEqual(judge({ config: old, network: { nodes } }).problems, [
      'cluster "cluster1": live podCIDRs of nodes "10.7.1.0/24" is not inside podCIDRs (10.101.0.0/16)',
    ]);
  });

  it("of thousands of nodes are one line", () => {
    const nodes = Array.from({ length: 5000 }, (_, index) =>
      node(`n${String(index)}`, [], { podCIDRs: [`10.${String(index >> 8)}.${String(index & 255)}.0/24`] }),
    );
    assert.deepEqual(judge({ config: { ipam: "kubernetes" }, network: { nodes } }).problems, [
      'cluster "cluster1": live podCIDRs of nodes ["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"] and 4997 more is not inside podCIDRs (10.101.0.0/16)',
    ]);
  });

  it("of IPv6 count where it is enabled", () => {
    const network = { nodes: [node("n1", ["10.1.1.7", "fd09::7"], { podCIDRs: ["10.101.3.0/24", "fd00::/64"] })] };
    assert.deepEqual(judge({ network }).problems, []);
    assert.deepEqual(judge({ config: { "enable-ipv6": "true" }, network }).problems, [
      'cluster "cluster1": live podCIDRs of nodes "fd00::/64" is not inside podCIDRs (10.101.0.0/16)',
      'cluster "cluster1": live addresses of nodes ["fd09::7 (n1)"] are not in nodeCIDRs (10.1.1.0/24)',
    ]);
  });

  it("of multi-pool are those of the pools, whether a node has some yet or not", () => {
    const nodes = [node("n1", ["10.1.1.7"], { podCIDRs: ["10.101.3.0/28"] })];
    const network = { nodes, podPools: ["10.101.0.0/17", "10.9.0.0/16"] };
    assert.deepEqual(judge({ config: { ipam: "multi-pool" }, network }).problems, [
      'cluster "cluster1": live CiliumPodIPPools "10.9.0.0/16" is not inside podCIDRs (10.101.0.0/16)',
    ]);
  });

  for (const ipam of ["eni", "azure", "alibabacloud"]) {
    it(`of ${ipam} are subnets, in which the nodes are as well`, () => {
      const network = { nodes: [node("n1", ["10.101.0.9"], { subnets: ["10.101.0.0/24"] })] };
      const all = [found(1, { config: { ipam }, network }, { nodeCIDRs: ["10.101.0.0/16"] })];
      assert.deepEqual(judged(all).problems, []);
      const other = { nodes: [node("n1", ["10.1.1.9"], { subnets: ["10.8.0.0/24"] })] };
      assert.deepEqual(judge({ config: { ipam }, network: other }).problems, [
        'cluster "cluster1": live subnets of pods "10.8.0.0/24" is not inside podCIDRs (10.101.0.0/16)',
      ]);
    });
  }

  it("that nobody tells are said not to be known", () => {
    for (const config of [{ ipam: "delegated-plugin" }, { "cni-chaining-mode": "aws-cni" }, { ipam: "toString" }]) {
      const { problems, unseen } = judge({ config, network: { nodes: [node("n1", ["10.1.1.7"])], ...services } });
      assert.deepEqual(problems, []);
      assert.deepEqual(
        unseen.map(({ what }) => what),
        ["ranges of pods"],
      );
    }
  });

  it("that could not be read are said, with the reason", () => {
    const unread = { "ciliumnodes.cilium.io": "reading it is forbidden" };
    assert.deepEqual(judge({ network: { unread } }).unseen, [
      { cluster: "cluster1", what: "addresses of nodes", why: "ciliumnodes.cilium.io: reading it is forbidden" },
      { cluster: "cluster1", what: "ranges of pods", why: "ciliumnodes.cilium.io: reading it is forbidden" },
      { cluster: "cluster1", what: "ranges of Services", why: "it has no ServiceCIDR" },
    ]);
    assert.deepEqual(
      judge({}).unseen.map(({ what }) => what),
      ["addresses of nodes", "ranges of pods", "ranges of Services"],
    );
  });
});

describe("preflight: live addresses of nodes", () => {
  it("are in the declared ranges", () => {
    const nodes = ["10.1.1.7", "10.9.9.9", "10.9.9.10", "10.9.9.11", "10.9.9.12"].map((ip, index) =>
      node(`n${String(index)}`, [ip]),
    );
    assert.deepEqual(judge({ network: { nodes } }).problems, [
      'cluster "cluster1": live addresses of nodes ["10.9.9.9 (n1)","10.9.9.10 (n2)","10.9.9.11 (n3)"] and 1 more are not in nodeCIDRs (10.1.1.0/24)',
    ]);
  });

  it("are not in the ranges of the cluster's own pods, where those have their own", () => {
    const network = { nodes: [node("n1", ["10.101.0.9"])] };
    const all = [found(1, { network }, { nodeCIDRs: ["10.101.0.0/24"] })];
    assert.deepEqual(judged(all).problems, [
      'cluster "cluster1": live addresses of nodes ["10.101.0.9 (n1)"] are in podCIDRs (10.101.0.0/16), too',
    ]);
  });

  it("may be in one subnet with another cluster's, and not be the same", () => {
    const lan = { nodeCIDRs: ["192.168.50.0/24"] };
    const judgeLan = (...ips: readonly string[]) =>
      judged(ips.map((ip, index) => found(index + 1, { network: { nodes: [node("n1", [ip])] } }, lan))).problems;
    assert.deepEqual(judgeLan("192.168.50.11", "192.168.50.21"), []);
    assert.deepEqual(judgeLan("192.168.50.11", "192.168.50.11"), [
      'cluster "cluster2": live address of node "n1" "192.168.50.11" is that of node "n1" of cluster "cluster1"',
    ]);
  });
});

describe("preflight: live ranges of Services", () => {
  it("may be the same in two clusters", () => {
    const network = { nodes: [node("n1", [])], ...services };
    assert.deepEqual(judge({ network }, { network }).warnings, []);
  });

  it("are warned of where another cluster's pods or nodes are in them", () => {
    const k3s = { serviceCIDRs: ["10.102.0.0/16"] };
    assert.deepEqual(judge({ network: k3s }, {}).warnings, [
      'cluster "cluster1": live range of Services "10.102.0.0/16" overlaps podCIDRs of cluster "cluster2" (10.102.0.0/16)',
    ]);
    const clusters = [found(1, { network: k3s }).cluster, member(2, { podCIDRs: ["10.3.0.0/16"] })];
    assert.deepEqual(bySeverity(liveRanges([found(1, { network: k3s })], clusters)).warnings, []);
  });
});
