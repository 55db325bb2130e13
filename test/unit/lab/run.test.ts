import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CommandError, run } from "../../../lab/host/run";

/** What `run` throws for a Node program that writes to stderr and ends with 3. */
async function failing(write: string): Promise<CommandError> {
  const error: unknown = await run(process.execPath, ["-e", `${write}; process.exitCode = 3`]).catch(
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CommandError);
  return error;
}

describe("lab: a failed command", () => {
  it("says how it ended, and the last lines of what it wrote", async () => {
    const error = await failing("for (let n = 1; n <= 30; n++) console.error(`line ${n}.`)");
    assert.match(error.message, /exit code 3/);
    assert.match(error.message, /line 11\.[^]*line 30\.$/);
    assert.ok(!error.message.includes("line 10."));
    assert.equal(error.exitCode, 3);
  });

  it("shows nobody a line of 800 kB, printed uncaught neither, and keeps it for the program", async () => {
    const error = await failing("console.error(`error: ${'x'.repeat(800_000)}`); console.log('out'.repeat(100_000))");
    assert.match(error.message, /error: x+…$/);
    assert.ok(error.message.length < 1_000, `${error.message.length} characters`);
    assert.ok(inspect(error).length < 3_000, `${inspect(error).length} characters`);
    assert.ok(JSON.stringify(error).length < 1_000);
    assert.ok(error.stderr.length > 800_000 && error.stdout.length > 300_000);
  });

  it("that cannot start is named", async () => {
    await assert.rejects(run("no-such-program", []), /^CommandError: no-such-program .*cannot start/);
  });
});
