import assert from "node:assert/strict";
import { type DemoResult, withRun } from "../../demo/record";

const run = (stage: string, seconds: string): DemoResult => ({
  stage,
  plugins: "plugins: all",
  times: [
    { step: "pulumi up", seconds },
    { step: "pulumi destroy", seconds: "2.0" },
  ],
  traffic: ["up: none lost"],
  peakMemoryMiB: 1,
});

const headings = (document: string): readonly string[] => document.match(/^##? .*$/gm) ?? [];

describe("demo: kept runs", () => {
  const first = withRun("", run("real Cilium, mode kvstoremesh", "1.0"), "2026-11-30, here");

  it("have their day, times with the sum, and traffic", () => {
    assert.match(first, /^- 2026-11-30, here$/m);
    assert.match(first, /^\| pulumi up \| 1\.0 \|$/m);
    assert.match(first, /^\| \*\*all steps\*\* \| \*\*3\.0\*\* \|$/m);
    assert.match(first, /^- up: none lost$/m);
  });

  it("of another kind stand beside the others", () => {
    const both = withRun(first, run("real Cilium, mode kvstore", "5.0"), "later");
    assert.deepEqual(headings(both), [
      "# The walkthrough, timed",
      "## Real Cilium, mode kvstoremesh",
      "## Real Cilium, mode kvstore",
    ]);
    assert.ok(both.startsWith(first.trimEnd()));
  });

  it("take the place of earlier ones of their kind alone", () => {
    const both = withRun(first, run("real Cilium, mode kvstore", "5.0"), "later");
    const again = withRun(both, run("real Cilium, mode kvstoremesh", "7.0"), "last");
    assert.deepEqual(headings(again), headings(both));
    assert.match(again, /^\| pulumi up \| 7\.0 \|$/m);
    assert.doesNotMatch(again, /^\| pulumi up \| 1\.0 \|$/m);
    assert.match(again, /^\| pulumi up \| 5\.0 \|$/m);
  });
});
