import assert from "node:assert/strict";
import { topology } from "../../../../components/mesh/model/topology";
import { member } from "../../support/mesh/mesh";

describe("model: topology", () => {
  it("is Mermaid text with a node for each cluster and a line for each pair", () => {
    assert.deepEqual(topology([member(1), member(2), member(3)]).split("\n"), [
      "graph LR",
      '  c0["cluster1<br/>id 101<br/>pods 10.101.0.0/16"]',
      '  c1["cluster2<br/>id 102<br/>pods 10.102.0.0/16"]',
      '  c2["cluster3<br/>id 103<br/>pods 10.103.0.0/16"]',
      "  c0 <--> c1",
      "  c0 <--> c2",
      "  c1 <--> c2",
    ]);
  });

  it("leaves the lines out where they would hide everything, and says so", () => {
    const clusters = Array.from({ length: 13 }, (_, index) => member(index + 1));
    const text = topology(clusters);
    assert.ok(!text.includes("<-->"));
    assert.ok(text.endsWith("%% full mesh: 78 pairs, not drawn"));
  });

  it("keeps quotes inside a node", () => {
    assert.ok(topology([member(1, { name: 'a"]' })]).includes('c0["a#quot;]<br/>'));
  });
});
