import assert from "node:assert/strict";
import { byFile, cpuSecondsOf, parseCosts } from "../../runner/fileCosts";

describe("what a test file takes", () => {
  it("counts the time of the process and of its children, whatever the process is called", () => {
    const stat = "17 (a b) c) S 1 17 17 0 -1 4194560 100 200 0 0 150 50 1000 20 20 0 11 0 12345 1000 10";
    assert.equal(cpuSecondsOf(stat), 12.2);
  });

  it("is read line by line, without one that is not whole", () => {
    const cost = { file: "test/unit/a.test.ts", wallSeconds: 2, cpuSeconds: 1 };
    assert.deepEqual(parseCosts(`${JSON.stringify(cost)}\n{"file":"te`), [cost]);
    assert.deepEqual(parseCosts(`{"file":"te${JSON.stringify(cost)}\n${JSON.stringify(cost)}\n`), [cost]);
    assert.deepEqual(parseCosts(""), []);
  });

  it("is the sum of its suites", () => {
    const suite = (file: string, wallSeconds: number) => ({ file, wallSeconds, cpuSeconds: 2 * wallSeconds });
    assert.deepEqual(byFile([suite("a", 1), suite("b", 2), suite("a", 3)]), [
      { file: "a", wallSeconds: 4, cpuSeconds: 8 },
      { file: "b", wallSeconds: 2, cpuSeconds: 4 },
    ]);
  });
});
