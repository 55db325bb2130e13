import assert from "node:assert/strict";
import { add, NOTHING, parseTally, summaryLine } from "../../runner/tally";
import { table } from "../../support/table";

describe("the summary of a test run", () => {
  it("adds up and says it in the line that pipelines read", () => {
    const total = [
      { passed: 3, failed: 0, skipped: 1 },
      { passed: 2, failed: 1, skipped: 0 },
    ].reduce(add, NOTHING);
    assert.equal(summaryLine(total), "5 passed, 1 failed, 1 skipped");
  });

  it("takes no counts from a file that a killed run has left", () => {
    const whole = JSON.stringify({ passed: 3, failed: 0, skipped: 1 });
    assert.deepEqual(parseTally(whole), { passed: 3, failed: 0, skipped: 1 });
    for (const cut of ["", whole.slice(0, 20), "null", "{}", '{"passed":"3","failed":0,"skipped":0}']) {
      assert.equal(parseTally(cut), undefined, cut);
    }
  });

  it("aligns the columns of a table", () => {
    assert.equal(
      table([
        { level: "unit", passed: 12 },
        { level: "engine", passed: 3 },
      ]),
      "level   passed\nunit    12\nengine  3",
    );
    assert.equal(table([]), "(none)");
  });
});
