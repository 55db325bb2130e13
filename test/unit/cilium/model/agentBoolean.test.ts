import assert from "node:assert/strict";
import { isOn } from "../../../../components/cilium/model/agentBoolean";

describe("model: a switch of Cilium's", () => {
  it("is on and off in Go's words for it, and in no others", () => {
    for (const on of ["1", "t", "T", "true", "TRUE", "True"]) {
      assert.ok(isOn(on, false), on);
    }
    for (const off of ["0", "f", "F", "false", "FALSE", "False"]) {
      assert.ok(!isOn(off, true), off);
    }
    for (const none of ["", "yes", "on", "tRUE", "disabled", " true"]) {
      assert.ok(!isOn(none, true), none);
    }
  });

  it("is what it is by default where nothing is said", () => {
    assert.deepEqual([isOn(undefined), isOn(undefined, true)], [false, true]);
  });
});
