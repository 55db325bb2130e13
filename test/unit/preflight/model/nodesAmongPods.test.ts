import assert from "node:assert/strict";
import { nodesAmongPods } from "../../../../components/preflight/model/nodeAddresses";
import { heads, member } from "../../support/mesh/mesh";
import { found, node } from "../../support/preflight/live";

describe("preflight: nodes whose ranges are not written down", () => {
  const clusters = [member(1), member(2)];
  const judge = (...addresses: readonly string[]) => {
    const nodes = addresses.map((address, index) => node(`n${String(index)}`, [address]));
    return heads(nodesAmongPods(found(1, { network: { nodes } }), clusters));
  };

  it("have addresses apart from the other clusters' pods", () => {
    assert.deepEqual(judge("10.1.1.7", "10.101.0.1", "x"), []);
    assert.deepEqual(heads(nodesAmongPods(found(1), clusters)), []);
  });

  it("are refused with an address among these, once for each cluster", () => {
    const whose = 'in podCIDRs of cluster "cluster2" (10.102.0.0/16)';
    assert.deepEqual(judge("10.1.1.7", "10.102.0.1"), [
      `cluster "cluster1": live addresses of nodes "10.102.0.1 (n1)" is ${whose}`,
    ]);
    assert.deepEqual(judge("10.102.0.1", "10.102.0.2", "10.102.9.3"), [
      `cluster "cluster1": live addresses of nodes "10.102.0.1 (n0)" and 2 more are ${whose}`,
    ]);
  });
});
