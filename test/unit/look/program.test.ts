import assert from "node:assert/strict";
import { keptByNpm } from "../../../look/program";

describe("look: flags that do not arrive", () => {
  it("are those that stand before npm's two dashes", () => {
    assert.equal(keptByNpm({ npm_config_stack: "x" }), "npm has kept --stack for itself: put -- before the flags\n");
    assert.equal(keptByNpm({ npm_config_stack: "", npm_config_out: "true" }).includes("--stack and --out"), true);
    assert.equal(keptByNpm({ npm_config_cache: "/c" }), "");
  });
});
