import assert from "node:assert/strict";
import { seesReadyIn } from "../../../../components/meshCheck/model/seesReady";

describe("model: which cluster sees which peer ready", () => {
  it("is so where all see it ready that were asked", () => {
    const line = (peer: string, ready: boolean) => ({
      cluster: "a",
      agent: "x",
      node: "n",
      peer,
      ready,
      nodes: 0,
      identities: 0,
      why: "",
    });
    const sees = seesReadyIn([line("b", true), line("b", false), line("b", true), line("c", true)]);
    assert.deepEqual(
      [sees("a", "b"), sees("a", "c"), sees("a", "d"), sees("b", "a")],
      [false, true, undefined, undefined],
    );
  });

  it("is known of a cluster with a row of its own but for what there was no room to name", () => {
    const row = { agents: 1, peers: 3, ready: false };
    const sees = seesReadyIn([
      { ...row, cluster: "a", notReady: ["b"] },
      { ...row, cluster: "c", notReady: ["b", "and 2 more"] },
      { others: 4, agents: 4, ready: true },
    ]);
    assert.deepEqual(
      [sees("a", "b"), sees("a", "c"), sees("c", "b"), sees("c", "a"), sees("z", "a")],
      [false, true, false, undefined, true],
    );
  });
});
