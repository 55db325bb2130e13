import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLevel } from "../../runner/runLevel";
import { testFolder } from "../../support/testFolder";

describe("a level that is a mocha run", () => {
  const folder = testFolder();

  const file = (name: string, body: string): void => {
    writeFileSync(join(folder(), `${name}.test.js`), `describe("${name}", () => { it("passes", () => {}); ${body} });`);
  };
  /** How the level ends: passed, failed and skipped. */
  async function counts(words: RegExp, ...args: readonly string[]) {
    const level = { name: "mocha", run: { kind: "mocha", args: [...args, join(folder(), "*.test.js")] } } as const;
    const { tally, output } = await runLevel(level, new AbortController().signal);
    assert.match(output, words);
    return [tally.passed, tally.failed, tally.skipped];
  }

  const once: readonly (readonly [string, string, readonly [number, number, number], RegExp])[] = [
    ["passes", "", [1, 0, 0], /✔ passes/],
    ["is killed", 'it("x", () => { process.kill(process.pid, "SIGKILL"); });', [0, 1, 0], /mocha ended/],
    ["ends as if all were well", 'it("x", () => { process.exit(0); });', [0, 1, 0], /mocha ended before its last test/],
    ["does not load", "no.such.thing();", [0, 1, 0], /no is not defined[^]*mocha ended with exit code 1/],
    ["is to run one test only", 'it.only("x", () => {});', [0, 1, 0], /forbid-only/],
    ["has a hook that throws", 'before(() => { throw new Error("broken"); });', [0, 1, 0], /broken/],
    ["has a test that throws late", 'it("x", () => { setTimeout(() => { throw 7; }); });', [2, 1, 0], /x/],
  ];
  for (const [what, body, expected, words] of once) {
    it(`counts right when it ${what}`, async () => {
      file("some", body);
      assert.deepEqual(await counts(words), expected);
    });
  }

  it("has failed when it finds no file, and when it finds no test that it would run", async () => {
    assert.deepEqual(await counts(/No test files found[^]*mocha ended with exit code 1/), [0, 1, 0]);
    file("some", "");
    assert.deepEqual(await counts(/mocha has found no test to run/, "--grep", "none of them"), [0, 1, 0]);
  });

  it("has failed when a worker is killed, as one that takes too much memory; the other's tests count", async () => {
    file("lives", "");
    file("dies", 'it("x", () => { process.kill(process.pid, "SIGKILL"); });');
    const expected = [1, 1, 0];
    assert.deepEqual(await counts(/Worker terminated Unexpectedly/, "--parallel", "--jobs", "2"), expected);
  });
});
