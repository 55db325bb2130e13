import assert from "node:assert/strict";
import { goals } from "../../bench/report/goals";
import { merged, type Row } from "../../bench/results";

const row = (mode: string, clusters: number, operation: Row["operation"], over: Partial<Row> = {}): Row => ({
  mode,
  clusters,
  operation,
  checkpoints: "at the end",
  at: "2026-11-24T12:00:00Z",
  wallSeconds: 10,
  cpuSeconds: 20,
  ...over,
});

/** The goal whose words begin so. */
function goal(rows: readonly Row[], words: string) {
  const found = goals(rows).filter((each) => each.goal.startsWith(words));
  assert.equal(found.length, 1, words);
  return found[0];
}

describe("bench: goals", () => {
  it("are neither met nor missed where nothing was measured", () => {
    for (const { measured, met } of goals([])) {
      assert.deepEqual([measured, met], ["not measured", undefined]);
    }
  });

  it("compare the mesh with a trivial program by wall time", () => {
    const rows = [row("single", 32, "preview", { wallSeconds: 21 }), row("trivial", 32, "preview")];
    const { measured, met } = goal(rows, "preview, 32") ?? assert.fail();
    assert.match(measured, /^2\.10 \(21\.0 s to 10\.0 s; of CPU time 1\.00\)/);
    assert.equal(met, false);
  });

  it("leave out a run that failed", () => {
    const rows = [row("single", 32, "preview", { failed: "no" }), row("trivial", 32, "preview")];
    assert.equal(goal(rows, "preview, 32")?.met, undefined);
  });

  it("find the part of the state that grows with the square of the size", () => {
    const stateBytes = (n: number) => 5000 + 70_000 * n + 390 * n * n;
    const rows = [8, 32, 255].map((n) => row("single", n, "first up", { stateBytes: stateBytes(n) }));
    assert.deepEqual(goal(rows, "state"), {
      goal: "state: less than 400 bytes of a cluster for each peer",
      measured: "390",
      met: true,
    });
  });

  it("hold the growth of CPU time against a power of the size", () => {
    const at = (power: number) => [
      row("single", 32, "first up", { cpuSeconds: 10 }),
      row("single", 255, "first up", { cpuSeconds: 10 * (255 / 32) ** power }),
    ];
    const words = "CPU of first up";
    assert.deepEqual([goal(at(1.1), words)?.met, goal(at(1.3), words)?.met], [true, false]);
  });
});

describe("bench: results", () => {
  it("are replaced by newer ones of the same mode, size, operation and way of writing the state, and by no others", () => {
    const old = [row("single", 8, "preview"), row("single", 2, "preview", { wallSeconds: 1 })];
    const newer = [
      row("single", 8, "preview", { wallSeconds: 3 }),
      row("single", 8, "preview", { checkpoints: "every step" }),
    ];
    assert.deepEqual(
      merged(old, newer).map(({ clusters, checkpoints, wallSeconds }) => [clusters, checkpoints, wallSeconds]),
      [
        [2, "at the end", 1],
        [8, "at the end", 3],
        [8, "every step", 10],
      ],
    );
  });
});
