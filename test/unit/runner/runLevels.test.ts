import assert from "node:assert/strict";
import { identify } from "../../../lab/host/processIdentity";
import { waitFor } from "../../../lab/host/waitFor";
import type { Level, Stage } from "../../runner/levels";
import { runLevels } from "../../runner/runLevels";

const node = (name: string, script: string): Level => ({
  name,
  run: { kind: "program", command: [process.execPath, "-e", script] },
});
const passing = node("passing", 'console.log("fine")');

/** What a run has printed, and whether a level failed. */
async function ran(stage: Stage, next: Stage = [], stop?: AbortSignal) {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const failed = await runLevels([stage, next], stop === undefined ? { say } : { say, stop });
  return { failed, text: lines.join("\n"), summary: lines.at(-1)?.split("\n").at(-1) };
}

describe("a test run", function () {
  it("ends with the counts of all levels", async () => {
    const { failed, text, summary } = await ran([[passing], [node("failing", "process.exit(3)")]]);
    assert.equal(failed, true);
    assert.match(text, /== passing\nfine/);
    assert.equal(summary, "1 passed, 1 failed, 0 skipped");
  });

  for (const [what, level] of [
    ["cannot be prepared", { ...passing, name: "bad", obstacle: () => Promise.reject(new Error("no room for go")) }],
    ["cannot be started", { name: "bad", run: { kind: "program", command: ["/no/such/program"] } }],
  ] as const satisfies readonly (readonly [string, Level])[]) {
    it(`goes on where a level ${what}, and counts it as failed`, async () => {
      const { failed, text, summary } = await ran([[level, passing]], [[{ ...passing, name: "later" }]]);
      assert.equal(failed, true);
      assert.match(text, /== bad\n.*(no room for go|\/no\/such\/program)/);
      assert.equal(summary, "2 passed, 1 failed, 0 skipped");
    });
  }

  it("says why a level was skipped", async () => {
    const level: Level = { ...passing, name: "nodes", obstacle: () => Promise.resolve("needs root") };
    const { failed, text, summary } = await ran([[level, passing]]);
    assert.equal(failed, false);
    assert.match(text, /nodes .*skipped: needs root/);
    assert.equal(summary, "1 passed, 0 failed, 1 skipped");
  });

  it("waits for no process that a level has left running, and ends it", async () => {
    const left = `const { pid } = require("node:child_process").spawn("sleep", ["300"], { stdio: "inherit" }); console.log(pid);
      process.exit(1)`;
    const { text, summary } = await ran([[node("leaving", left)]]);
    assert.equal(summary, "0 passed, 1 failed, 0 skipped");
    const pid = Number(/== leaving\n(\d+)/.exec(text)?.[1]);
    assert.ok(pid > 0);
    await waitFor(`process ${pid} to end`, 5_000, () => (identify(pid) === undefined ? true : undefined));
  });

  it("ends servers that a failed level has left, and says what goes wrong with that", async () => {
    const ended: string[] = [];
    const leaving = (level: Level): Level => ({
      ...level,
      leftovers: () => {
        ended.push(level.name);
        return Promise.reject(new Error("etcd does not end"));
      },
    });
    const { text, summary } = await ran([[leaving(passing), leaving(node("failing", "process.exit(1)"))]]);
    assert.deepEqual(ended, ["failing"]);
    assert.match(text, /== failing\n.*exit code 1\nError: etcd does not end/);
    assert.equal(summary, "1 passed, 1 failed, 0 skipped");
  });

  it("that is stopped ends what is under way, and begins nothing more", async () => {
    const stopping = new AbortController();
    const waiting: Level = {
      ...passing,
      name: "waiting",
      obstacle: () => {
        stopping.abort("interrupted by SIGTERM");
        return new Promise<never>(() => undefined);
      },
    };
    const hanging = node("hanging", "setInterval(() => undefined, 1000)");
    const { failed, text, summary } = await ran([[hanging], [waiting]], [[passing]], stopping.signal);
    assert.equal(failed, true);
    assert.match(text, /== hanging\n.* ended by SIGTERM/);
    for (const name of ["waiting", "passing"])
      assert.match(text, new RegExp(`${name} .*not run: interrupted by SIGTERM`));
    assert.equal(summary, "0 passed, 3 failed, 0 skipped");
  });
});
