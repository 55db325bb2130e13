import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { withLock } from "../../../lab/host/lock";
import { testFolder, testVariables } from "../../support/testFolder";

describe("lab: locks", () => {
  const folder = testFolder();
  testVariables(() => ({ XDG_CACHE_HOME: folder() }));

  it("let one in at a time, tell the other that it waits, and pass on after an error", async () => {
    const events: string[] = [];
    let second: Promise<unknown> = Promise.resolve();
    const begin = async () => {
      await new Promise<void>((secondWaits) => {
        second = withLock("a", () => Promise.resolve(events.push("second in")), secondWaits);
      });
      events.push("first ends");
      throw new Error("first fails");
    };
    const first = withLock("a", begin, () => events.push("first waits"));
    await assert.rejects(first, /first fails/);
    await second;
    assert.deepEqual(events, ["first ends", "second in"]);
  });

  it("of different names do not meet", async () => {
    const waits = (): never => assert.fail("has to wait");
    assert.equal(await withLock("a", () => withLock("b", () => Promise.resolve(7), waits), waits), 7);
  });

  it("of a killed process are free again", async () => {
    const lockModule = JSON.stringify(join(__dirname, "../../../lab/host/lock"));
    const program = `require(${lockModule}).withLock("a", () => { console.log("held"); return new Promise((r) => setTimeout(r, 1e8)); })`;
    const child = spawn(process.execPath, ["--import=tsx", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    assert.equal(await withLock("a", () => Promise.resolve("mine")), "mine");
  });
});
