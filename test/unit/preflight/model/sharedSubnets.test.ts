import assert from "node:assert/strict";
import { sharedSubnets } from "../../../../components/preflight/model/sharedSubnets";
import { bySeverity, heads } from "../../support/mesh/mesh";
import { found, node, POLICY } from "../../support/preflight/live";

const SUBNET = { podCIDRs: ["10.60.0.0/16"], nodeCIDRs: ["10.60.0.0/16"] };

function judge(
  ipams: readonly [string, string],
  vpcs: readonly [string | undefined, string | undefined],
  allowed = true,
) {
  const all = ipams.map((ipam, index) => {
    const vpc = vpcs[index];
    const nodes = [node("n1", [], vpc === undefined ? {} : { vpc })];
    return found(index + 1, { config: { ipam }, network: { nodes } }, SUBNET);
  });
  const clusters = all.map((each) => each.cluster);
  const policy: typeof POLICY = { ...POLICY, allow: allowed ? ["sharedSubnets"] : [] };
  const { problems, unseen } = bySeverity(sharedSubnets(all, clusters, policy));
  return [...heads(problems), ...unseen.map(({ what }) => what)];
}

describe("preflight: pods of two clusters in the same subnets", () => {
  it("have addresses of their own in one network", () => {
    assert.deepEqual(judge(["eni", "eni"], ["vpc-1", "vpc-1"]), []);
  });

  it("have not in two networks that are alike", () => {
    assert.deepEqual(judge(["eni", "eni"], ["vpc-1", "vpc-2"]), [
      'cluster "cluster2": podCIDRs "10.60.0.0/16" is also a range of cluster "cluster1", whose network is vpc-1 and not vpc-2',
    ]);
  });

  it("have not where one of them gives them itself", () => {
    assert.deepEqual(judge(["eni", "cluster-pool"], ["vpc-1", undefined]), [
      'cluster "cluster2": podCIDRs "10.60.0.0/16" is also a range of cluster "cluster1", and "cluster2" does not take addresses of subnets',
    ]);
  });

  it("are said not to be known where the network is not", () => {
    assert.deepEqual(judge(["azure", "azure"], [undefined, undefined]), ["the network of shared subnets"]);
  });

  it("are refused on paper where they are not allowed", () => {
    assert.deepEqual(judge(["eni", "eni"], ["vpc-1", "vpc-2"], false), []);
  });
});
