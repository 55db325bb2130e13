import assert from "node:assert/strict";
import { mock } from "node:test";
import { readArgs, runProgram, UsageError, wholeNumber, wholeNumbers } from "../../../lab/host/commandLine";
import { readOptions } from "../../bench/options";

const PROGRAM = { name: "tool", usage: "Usage: tool [--size N]" };

/** How a program ends, and what it says. */
async function ending(args: readonly string[], main: (args: readonly string[]) => Promise<boolean>) {
  const said = { out: "", err: "" };
  const out = mock.method(process.stdout, "write", (text: string) => ((said.out += text), true));
  const err = mock.method(process.stderr, "write", (text: string) => ((said.err += text), true));
  const before = process.exitCode;
  try {
    await runProgram(PROGRAM, args, main);
    return { ...said, code: process.exitCode };
  } finally {
    process.exitCode = before;
    out.mock.restore();
    err.mock.restore();
  }
}

const sized = (args: readonly string[]) => {
  const { values } = readArgs({ args: [...args], options: { size: { type: "string", default: "2" } } });
  wholeNumbers("size", values.size, 1, 9);
  return Promise.resolve(true);
};

describe("lab: a command line", () => {
  it("is explained by --help, wherever it stands, and nothing is done", async () => {
    for (const args of [["--help"], ["-h"], ["up", "--size", "x", "--help"]]) {
      const { out, err, code } = await ending(args, () => Promise.reject(new Error("it was run")));
      assert.deepEqual([out, err], [`${PROGRAM.usage}\n`, ""]);
      assert.ok(code === undefined || code === 0);
    }
  });

  for (const args of [
    ["--size"],
    ["--size="],
    ["--size", ""],
    ["--size", "abc"],
    ["--size", "1,,2"],
    ["--size", "0x2"],
    ["--size", "1e0"],
    ["--size", "10"],
    ["--size", "1.5"],
    ["--size=-1"],
    ["--size", "NaN"],
    ["--nothing"],
    ["more"],
  ]) {
    it(`that cannot be followed (${args.join(" ")}) is answered with the usage and exit code 2, and no trace`, async () => {
      const { out, err, code } = await ending(args, sized);
      assert.deepEqual([out, code], ["", 2]);
      assert.match(err, /^tool: .+\nUsage: tool \[--size N\]\n$/s);
      assert.doesNotMatch(err, /\n\s+at |: NaN/);
    });
  }

  it("that can be followed ends with what came of it", async () => {
    assert.equal((await ending(["--size", "1,9"], sized)).code, 0);
    assert.equal((await ending([], () => Promise.resolve(false))).code, 1);
    const failed = await ending([], () => Promise.reject(new Error("no room")));
    assert.deepEqual([failed.err, failed.code], ["tool: no room\n", 1]);
  });

  it("has one number where one is asked for", () => {
    assert.equal(wholeNumber("size", "3", 1, 9), 3);
    assert.throws(() => wholeNumber("size", "3,4", 1, 9), UsageError);
  });

  it("of the bench is held to its sizes and modes", () => {
    assert.deepEqual(readOptions(["--sizes", "8,2,8"], ["single"]).sizes, [2, 8]);
    for (const args of [
      ["--sizes", "1"],
      ["--checkpoints-up-to", "many"],
      ["--only", "other"],
      ["--sizes"],
      ["--keep=yes"],
    ]) {
      assert.throws(() => readOptions(args, ["single"]), UsageError, args.join(" "));
    }
  });
});
