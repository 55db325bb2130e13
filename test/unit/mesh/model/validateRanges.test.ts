import assert from "node:assert/strict";
import fc from "fast-check";
import { clustersOf, type ClusterSpec, type MeshSpec } from "../../../../components/mesh/model/mesh";
import { validateRanges } from "../../../../components/mesh/model/validateRanges";
import { cidr, sharesAddress } from "../../support/mesh/arbitraries";
import { clusterSpec, lines, mesh, pair } from "../../support/mesh/mesh";

const judge = (spec: MeshSpec) => lines(validateRanges(spec, clustersOf(spec.clusters)));
const first = (over: Partial<ClusterSpec>) => judge(mesh(pair(over)));

const disjoint =
  "give every cluster's pods a range of their own; or, where pods get addresses of the nodes' subnets, add sharedSubnets to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' sharedSubnets, where nothing is in it yet)";
const form = "write it like 10.60.0.0/16 or fd00:60::/48";

describe("model: overlapping ranges", () => {
  it("are none in a mesh without a fault", () => {
    assert.deepEqual(judge(mesh(100)), []);
  });

  it("of pods between clusters are named with both", () => {
    const spec = mesh(pair({ podCIDRs: ["10.60.0.0/16"] }, { podCIDRs: ["10.70.0.0/16", "10.60.128.0/17"] }));
    assert.deepEqual(judge(spec), [
      `cluster "cluster2": podCIDRs[1] "10.60.128.0/17" overlaps podCIDRs[0] of cluster "cluster1" (10.60.0.0/16); ${disjoint}`,
    ]);
  });

  it("of pods and nodes between clusters are", () => {
    const spec = mesh(pair({ podCIDRs: ["10.1.0.0/16"], nodeCIDRs: ["10.9.0.0/24"] }));
    assert.deepEqual(judge(spec), [
      `cluster "cluster2": nodeCIDRs[0] "10.1.2.0/24" overlaps podCIDRs[0] of cluster "cluster1" (10.1.0.0/16); ${disjoint}`,
    ]);
  });

  it("of IPv6 are", () => {
    const spec = mesh(pair({ podCIDRs: ["fd00:60::/48"] }, { podCIDRs: ["fd00:60:0:8000::/49"] }));
    assert.deepEqual(
      judge(spec).map((line) => line.split(";")[0]),
      [
        'cluster "cluster2": podCIDRs[0] "fd00:60:0:8000::/49" overlaps podCIDRs[0] of cluster "cluster1" (fd00:60::/48)',
      ],
    );
  });

  it("within a cluster are its own", () => {
    assert.deepEqual(first({ podCIDRs: ["10.60.0.0/16", "10.60.0.0/16"], nodeCIDRs: ["10.60.7.0/24"] }), [
      `cluster "cluster1": podCIDRs[1] "10.60.0.0/16" overlaps its own podCIDRs[0] (10.60.0.0/16); ${disjoint}`,
    ]);
  });

  it("of nodes of two clusters are none: k3s on one bridge, kind on one network, two clusters in one subnet", () => {
    const lan = { nodeCIDRs: ["192.168.50.0/24"] };
    assert.deepEqual(judge(mesh(pair(lan, { nodeCIDRs: ["192.168.0.0/16"] }))), []);
    const pods = pair(lan, { nodeCIDRs: ["192.168.60.0/24"], podCIDRs: ["192.168.50.128/25"] });
    assert.equal(judge(mesh(pods)).length, 1);
  });

  it("of pods and nodes are none where pods get addresses of the nodes' subnets, in one cluster or in one network", () => {
    const subnet = { nodeCIDRs: ["10.60.0.0/16"], podCIDRs: ["10.60.0.0/16"] };
    assert.deepEqual(judge(mesh(pair(subnet))), []);
    assert.equal(judge(mesh(pair(subnet, subnet))).length, 3);
    assert.deepEqual(judge(mesh(pair(subnet, subnet), { allow: ["sharedSubnets"] })), []);
    assert.equal(judge(mesh(pair(subnet, subnet), { allow: ["unreachable"] })).length, 3);
  });

  it("are found exactly where two ranges share an address", () => {
    const ranges = fc.array(cidr(9), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(ranges, { minLength: 2, maxLength: 4 }), (clusters) => {
        const spec = mesh(
          Object.fromEntries(
            clusters.map((pods, index) => [
              `c${String(index)}`,
              clusterSpec(1, { podCIDRs: pods.map(({ text }) => text), nodeCIDRs: ["192.0.2.255/32"] }),
            ]),
          ),
        );
        const all = clusters.flat();
        const pods = all.flatMap((a, i) => all.slice(i + 1).filter((b) => sharesAddress(a, b))).length;
        // All clusters have the same node range here: those may be the same, and a cluster's pods may be among its own nodes.
        const nodes = all.filter((each) => sharesAddress(each, { family: 4, bits: NODE_BITS, text: "" })).length;
        const wanted = pods + nodes * (clusters.length - 1);
        assert.equal(judge(spec).length, wanted);
      }),
    );
  });
});

/** 192.0.2.255 */
const NODE_BITS = [192, 0, 2, 255].map((octet) => octet.toString(2).padStart(8, "0")).join("");

describe("model: unreadable ranges", () => {
  it("are named by their index", () => {
    assert.deepEqual(first({ podCIDRs: ["10.101.0.0/16", "10.60.0.1"], nodeCIDRs: ["nodes"] }), [
      `cluster "cluster1": podCIDRs[1] "10.60.0.1" is not a CIDR; ${form}`,
      `cluster "cluster1": nodeCIDRs[0] "nodes" is not a CIDR; ${form}`,
    ]);
  });

  it("may have bits behind the prefix, as in Cilium", () => {
    assert.deepEqual(first({ podCIDRs: ["10.60.7.1/16"], nodeCIDRs: ["10.9.1.1/24"] }), []);
    assert.equal(judge(mesh(pair({ podCIDRs: ["10.60.7.1/16"] }, { podCIDRs: ["10.60.99.9/24"] }))).length, 1);
  });

  it("must not be none at all", () => {
    const nothing = "is empty; list at least one range, or nothing can be checked against the other clusters";
    assert.deepEqual(first({ podCIDRs: [], nodeCIDRs: [] }), [
      `cluster "cluster1": podCIDRs [] ${nothing}`,
      `cluster "cluster1": nodeCIDRs [] ${nothing}`,
    ]);
  });
});
