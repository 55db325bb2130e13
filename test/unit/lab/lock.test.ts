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
    const first = withLock(
      "a",
      () => events.push("first waits"),
      async () => {
        await new Promise<void>((secondWaits) => {
          second = withLock("a", secondWaits, () => Promise.resolve(events.push("second in")));
        });
        events.push("first ends");
        throw new Error("first fails");
      },
    );
    await assert.rejects(first, /first fails/);
    await second;
    assert.deepEqual(events, ["first ends", "second in"]);
  });

  it("of different names do not meet", async () => {
    const waits = (): never => assert.fail("has to wait");
    assert.equal(await withLock("a", waits, () => withLock("b", waits, () => Promise.resolve(7))), 7);
  });

  it("of a killed process are free again", async () => {
    const lockModule = JSON.stringify(join(__dirname, "../../../lab/host/lock"));
    const program = `require(${lockModule}).withLock("a", () => {}, () => { console.log("held"); return new Promise((r) => setTimeout(r, 1e8)); })`;
    const child = spawn(process.execPath, ["--import=tsx", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    assert.equal(
      await withLock(
        "a",
        () => undefined,
        () => Promise.resolve("mine"),
      ),
      "mine",
    );
  });
});
