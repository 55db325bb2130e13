import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { mock } from "node:test";
import { Kubectl } from "../../../components/kubernetes/kubectl";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { inGroup, lookedAfter } from "../../../components/kubernetes/processGroup";
import { kubectlOnPath } from "../support/kubernetes/kubectlOnPath";
import { isRunning } from "../../support/isRunning";
import { waitUntil } from "../../support/waitUntil";
import { skip } from "../../support/skip";

const ROOT = resolve(__dirname, "..", "..", "..");

describe("components: what kubectl has started", function () {
  const folder = mkdtempSync(join(tmpdir(), "process-group-"));
  const pidFile = join(folder, "pid");
  const plugin = () => Number(readFileSync(pidFile, "utf8"));
  const kubectl = kubectlOnPath();
  afterEach(() => {
    rmSync(pidFile, { force: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A kubectl with a credential plugin that holds its streams open, and waits for a log-in for ever. */
  const withPlugin = (signals: "hears" | "ignores", then: string) => `
    process.stderr.write("I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file\\n");
    const login = ${JSON.stringify(signals === "hears" ? "sleep 3600" : "trap '' TERM; sleep 3600 & wait; sleep 3600")};
    const child = require("node:child_process").spawn("sh", ["-c", login], { stdio: ["ignore", "inherit", "inherit"] });
    fs.writeFileSync(${JSON.stringify(`${pidFile}.new`)}, String(child.pid));
    fs.renameSync(${JSON.stringify(`${pidFile}.new`)}, ${JSON.stringify(pidFile)});
    ${then}`;
  const run = (body: string, silenceSeconds: number) => {
    kubectl.script(body);
    return Kubectl.with({ kind: "context", context: "c" }, (each) => each.once(["get"], { silenceSeconds }));
  };

  for (const signals of ["hears", "ignores"] as const) {
    it(`is ended with it when nothing comes back, where it ${signals} signals`, async () => {
      await assert.rejects(run(withPlugin(signals, ""), 0.5), new KubectlError("no answer within 0.5 s", "silent"));
      await waitUntil("the plugin has ended", 30, () => !isRunning(plugin()));
    });
  }

  it("is not looked after any longer than it lives: its number may be another's by then", async () => {
    await assert.rejects(run(withPlugin("ignores", ""), 0.5));
    await run(withPlugin("ignores", "process.exit();"), 60);
    await run("", 60);
    await waitUntil("nothing is looked after", 30, () => lookedAfter.size === 0);
    // A plugin that has closed its streams long ago, and ignores signals.
    const quiet = `require("node:child_process").spawn("sh", ["-c", "trap '' TERM; sleep 3600"], { stdio: "ignore" });`;
    const started = `process.stderr.write("I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file\\n");`;
    await assert.rejects(run(`${started} ${quiet} setInterval(() => undefined, 1000);`, 0.5));
    await waitUntil("nothing is looked after", 30, () => lookedAfter.size === 0);
  });

  it("gets no signal once it has ended, for its number may be another's", async () => {
    const child = inGroup(spawn(process.execPath, ["-e", ""], { detached: true }));
    await new Promise((resolve) => child.on("close", resolve));
    const kill = mock.method(process, "kill");
    try {
      child.end();
      assert.equal(kill.mock.callCount(), 0);
    } finally {
      kill.mock.restore();
    }
  });

  it("keeps no answer waiting once kubectl has ended", async () => {
    assert.equal(await run(withPlugin("ignores", 'process.stdout.write("fine", () => process.exit());'), 60), "fine");
    await waitUntil("the plugin has ended", 30, () => !isRunning(plugin()));
  });

  it("has no terminal to ask for a log-in, for it is in a session of its own", async function () {
    if (process.platform !== "linux") {
      skip(this, "its session is looked up in /proc");
    }
    const session = `process.stdout.write(fs.readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[3]);`;
    const own = `process.stdout.write(" " + process.pid);`;
    const [of, pid] = (await run(`${session} ${own}`, 60)).split(" ");
    assert.equal(of, pid);
  });

  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
    it(`ends when this program is ended by ${signal}`, async () => {
      kubectl.script(withPlugin("ignores", ""));
      const program = `require("./components/kubernetes/kubectl").Kubectl.with({ kind: "context", context: "c" }, (k) => k.once(["get"]));`;
      const child = spawn(process.execPath, ["--import=tsx", "-e", program], { cwd: ROOT, stdio: "inherit" });
      const ended = once(child, "exit");
      await waitUntil("the plugin has started", 30, () => existsSync(pidFile));
      assert.ok(isRunning(plugin()));
      child.kill(signal);
      assert.deepEqual(await ended, [null, signal]);
      await waitUntil("the plugin has ended", 30, () => !isRunning(plugin()));
    });
  }
});
