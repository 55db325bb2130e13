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

  const mesh = (n: number) => Array.from({ length: n }, (_, index) => member(index + 1));

  it("is a matrix of readiness past six clusters, where a row sees a column", () => {
    const text = topology(mesh(7), (from, to) =>
      from === "cluster1" && to === "cluster3" ? false : to !== "cluster7" || undefined,
    );
    const lines = text.split("\n");
    assert.deepEqual(lines.slice(0, 2), ["block-beta", "  columns 8"]);
    assert.equal(lines[3], '  r0["cluster1"] space p0x1["+"] p0x2["x"] p0x3["+"] p0x4["+"] p0x5["+"] p0x6["?"]');
    assert.ok(!text.includes("<-->"));
    assert.match(text, /^ {2}class p0x2 notReady$/m);
  });

  it("is a block for each of many clusters, with how many peers it sees ready, and no longer than Mermaid takes", () => {
    const text = topology(mesh(40), (from, to) => (from === "cluster2" ? undefined : to !== "cluster5"));
    assert.match(text, /c0\["cluster1<br\/>38 of 39 ready"\]/);
    assert.match(text, /c1\["cluster2<br\/>not known"\]/);
    assert.match(text, /c4\["cluster5<br\/>39 of 39 ready"\]/);
    assert.ok(
      topology(Array.from({ length: 255 }, (_, n) => ({ ...member(1), name: `cluster${String(n)}` }))).length < 50_000,
    );
  });

  it("keeps quotes inside a node", () => {
    assert.ok(topology([member(1, { name: 'a"]' })]).includes('c0["a#quot;]<br/>'));
  });
});
