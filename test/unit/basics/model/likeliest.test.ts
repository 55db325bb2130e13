import assert from "node:assert/strict";
import { likeliest } from "../../../../components/basics/model/likeliest";

describe("model: the likeliest names", () => {
  it("are those with a slip of the keys, or of which one holds the other, the nearest first", () => {
    assert.deepEqual(likeliest("podCidr", ["context", "nodeCIDRs", "podCIDRs"]), ["podCIDRs", "nodeCIDRs"]);
    assert.deepEqual(likeliest("clusterID", ["context", "id"]), ["id"]);
    assert.deepEqual(likeliest("adpot", ["adopt", "generate"]), ["adopt"]);
  });

  it("are none of those that have nothing in common with it", () => {
    assert.deepEqual(likeliest("colour", ["id", "context"]), []);
    assert.deepEqual(likeliest("ab", ["cd"]), []);
    for (const short of ["", "x", "d"]) assert.deepEqual(likeliest(short, ["id", "context", "x"]), [], short);
  });
});
