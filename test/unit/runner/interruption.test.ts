import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../../../lab/host/processIdentity";
import { waitFor } from "../../../lab/host/waitFor";
import { testFolder } from "../../support/testFolder";

const runner = (name: string) => JSON.stringify(join(__dirname, "..", "..", "runner", name));

describe("a test run that is interrupted", () => {
  const folder = testFolder();

  /** A run of a level that goes on for ever and notes its process. */
  async function start(level: string) {
    const [pidFile, endedFile] = [join(folder(), "pid"), join(folder(), "ended")];
    const command = [
      process.execPath,
      "-e",
      `require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ${level}`,
    ];
    const program = `
      const { writeFileSync } = require("node:fs");
      const { interruption } = require(${runner("interruption")});
      const { runLevels } = require(${runner("runLevels")});
      const leftovers = async () => writeFileSync(${JSON.stringify(endedFile)}, "");
      const { stop, end } = interruption();
      runLevels([[[{ name: "hanging", run: { kind: "program", command: ${JSON.stringify(command)} }, leftovers }]]], { stop })
        .then((failed) => end(failed ? 1 : 0));`;
    const child = spawn(process.execPath, ["--import=tsx", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, "close");
    const pid = await waitFor("the level", 30_000, () => {
      const written = existsSync(pidFile) ? readFileSync(pidFile, "utf8") : "";
      return written === "" ? undefined : Number(written);
    });
    return {
      child,
      end: async () => {
        const [code] = (await ended) as [number | null];
        await waitFor("the level to end", 5_000, () => (identify(pid) === undefined ? true : undefined));
        return { code, text, tidied: existsSync(endedFile) };
      },
    };
  }
  const FOR_EVER = "setInterval(() => undefined, 1000);";

  it("ends the level and its servers, and says what came of it", async () => {
    const { child, end } = await start(FOR_EVER);
    child.kill("SIGTERM");
    const { code, text, tidied } = await end();
    assert.deepEqual([code, tidied], [143, true]);
    assert.match(text, /interrupted by SIGTERM: ending[^]* ended by SIGTERM[^]*\n0 passed, 1 failed, 0 skipped\n$/);
  });

  it("twice ends at once, and the level with it", async () => {
    const { child, end } = await start(`process.on("SIGTERM", () => undefined); ${FOR_EVER}`);
    child.stdout.once("data", () => child.kill("SIGINT"));
    child.kill("SIGINT");
    const { code, tidied } = await end();
    assert.deepEqual([code, tidied], [130, false]);
  });

  it("by the end of its reader ends as well", async () => {
    const gone = join(folder(), "gone");
    const { child, end } = await start(
      `setInterval(() => require("node:fs").existsSync(${JSON.stringify(gone)}) && process.exit(0), 20);`,
    );
    child.stdout.destroy();
    await once(child.stdout, "close");
    writeFileSync(gone, "");
    assert.equal((await end()).code, 1);
  });
});
