import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pulumiIn } from "../../../look/pulumiCli";
import { runPulumi } from "../../../stacks/pulumiCli";
import { testFolder } from "../../support/testFolder";

/** Stands for the CLI: says how it was called, and ends as its first argument says. */
const FAKE_CLI = `#!${process.execPath}
const [how] = process.argv.slice(2);
const { PULUMI_SKIP_UPDATE_CHECK: skips, FAKE } = process.env;
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), skips, FAKE }));
process.stderr.write("error: " + "x".repeat(10000) + "\\nerror: no such stack\\n");
if (how === "killed") process.kill(process.pid, "SIGTERM");
process.exitCode = how === "fails" ? 3 : 0;
`;

describe("Pulumi's CLI", () => {
  const folder = testFolder();
  const env = () => ({ PATH: folder(), FAKE: "1" });

  beforeEach(() => writeFile(join(folder(), "pulumi"), FAKE_CLI, { mode: 0o755 }));

  it("is run in a folder, asks nothing, and gives what it wrote with its exit code", async () => {
    const { code, stdout, stderr } = await runPulumi(["fails", "a"], folder(), env());
    const args = ["fails", "a", "--non-interactive", "--color=never"];
    assert.equal(code, 3);
    assert.deepEqual(JSON.parse(stdout), { args, cwd: folder(), skips: "true", FAKE: "1" });
    assert.match(stderr, /x\nerror: no such stack\n$/);
  });

  it("says so where it was ended", async () => {
    const { code, stderr } = await runPulumi(["killed"], folder(), env());
    assert.equal(code, null);
    assert.match(stderr, /error: pulumi was ended by SIGTERM, after 15 minutes or 128 MiB at most$/);
  });

  const STUBBORN = `#!${process.execPath}
const { spawn } = require("node:child_process");
const [how] = process.argv.slice(2);
if (how === "polite") process.on("SIGTERM", () => process.exit(0));
if (how === "deaf") process.on("SIGTERM", () => undefined);
if (how === "plugin") spawn(process.execPath, ["-e", "setTimeout(() => undefined, 20000)"], { stdio: "inherit" });
if (how === "talks") process.stdout.write("x".repeat(5000));
setTimeout(() => undefined, 20000);
`;

  it("says so too where it has ended by itself when asked to, does not hear, leaves a plugin behind, or says too much", async () => {
    await writeFile(join(folder(), "pulumi"), STUBBORN, { mode: 0o755 });
    const limits = { milliseconds: 1000, graceMilliseconds: 300, bytes: 1000, words: "1 s or 1000 bytes" };
    for (const how of ["polite", "deaf", "plugin", "talks"]) {
      const begin = Date.now();
      const { code, stdout, stderr } = await runPulumi([how], folder(), env(), limits);
      assert.ok(Date.now() - begin < 15_000, how);
      assert.ok(stdout.length <= 1000, how);
      assert.match(stderr, /error: pulumi was ended(?: by SIG[A-Z]+)?, after 1 s or 1000 bytes at most$/, how);
      assert.notEqual(code, 0, how);
    }
  }).timeout(60_000);

  it("says what to do where there is none", async () => {
    await assert.rejects(runPulumi([], folder(), { PATH: join(folder(), "none") }), /ENOENT\); install its CLI/);
  });

  it("gives a look what it printed, or fails with its last words", async () => {
    assert.match(await pulumiIn(folder(), env())(["works"]), /^\{"args":\["works"/);
    await assert.rejects(pulumiIn(folder(), env())(["fails", "a"]), ({ message }: Error) => {
      assert.match(message, /^pulumi fails a failed:\nerror: x+[^]*\nerror: no such stack$/);
      return Buffer.byteLength(message) < 4100;
    });
  });
});
