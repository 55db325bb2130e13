import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Plugin, urn } from "./harness/plugin";
import { isSecret, isUnknown, secret, type PropertyMap } from "./shared/value";
import { isRunning } from "../support/isRunning";
import { testFolder } from "../support/testFolder";
import { waitUntil } from "../support/waitUntil";

const COMMAND = urn("command:local:Command", "cmd");
const INFO_PASSING = { severity: 1, passing: true };

describe("stand-in of the command plugin", function () {
  this.timeout(30_000);
  let plugin: Plugin;
  const folder = testFolder();

  const start = () => Plugin.start("command", {}, { FROM_OUTSIDE: "outside" });

  before(async () => {
    plugin = await start();
  });
  after(() => Plugin.stopAll());

  const create = (inputs: PropertyMap) => plugin.create(COMMAND, inputs);

  it("runs a shell command and keeps what it prints, less one newline each", async () => {
    const { id, state } = await create({ create: "printf 'out\\n\\n'; echo err >&2" });
    assert.match(id, /^cmd[0-9a-f]{8}$/);
    assert.deepEqual([state["stdout"], state["stderr"]], ["out\n", "err"]);
  });

  it("gives the command its folder, its environment besides the plugin's own, and its input", async () => {
    const { state } = await create({
      create: 'pwd; echo "$FROM_OUTSIDE $OWN"; cat',
      dir: folder(),
      environment: { OWN: "own" },
      stdin: "in",
    });
    assert.equal(state["stdout"], `${folder()}\noutside own\nin`);
  });

  it("hands the text of the command to the interpreter as its last argument", async () => {
    const { state } = await create({ create: "a b", interpreter: ["/bin/sh", "-c", 'echo "$0|$1"', "zero"] });
    assert.equal(state["stdout"], "zero|a b");
  });

  it("does nothing without a command", async () => {
    const { state } = await create({ delete: "true" });
    assert.deepEqual([state["stdout"], state["stderr"]], ["", ""]);
  });

  it("fails with all that was printed, and creates nothing then", async () => {
    await assert.rejects(create({ create: "echo out; echo err >&2; exit 3" }), (error: Error) => {
      assert.match(error.message, /^exit status 3: running "echo out; echo err >&2; exit 3":\n/);
      assert.match(error.message, /^out$/m);
      assert.match(error.message, /^err$/m);
      return true;
    });
    await assert.rejects(create({ create: "x", interpreter: ["/no/such/program"] }), /exec: .*ENOENT/);
    await assert.rejects(
      create({ create: "x", dir: join(folder(), "missing") }),
      /chdir .*missing: no such file or directory/,
    );
  });

  it("does not take it amiss when a command leaves its input unread", async () => {
    const { state } = await create({ create: "echo done", stdin: "x".repeat(1_000_000) });
    assert.equal(state["stdout"], "done");
  });

  it("updates with create when there is no update, and with update when there is", async () => {
    const log = join(folder(), "log");
    const inputs = { create: `echo create >> ${log}; cat ${log}`, environment: { A: "1" } };
    const first = await create(inputs);
    const second = await plugin.update(first, { ...inputs, environment: { A: "2" } });
    assert.equal(second.state["stdout"], "create\ncreate");
    const third = await plugin.update(second, { ...inputs, update: `echo "had: $PULUMI_COMMAND_STDOUT"` });
    assert.equal(third.state["stdout"], "had: create\ncreate");
  });

  it("hands the last output to update and delete, unless told not to", async () => {
    const seen = join(folder(), "seen");
    const inputs = {
      create: "echo original; echo warning >&2",
      delete: `echo "$PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR" > ${seen}`,
    };
    await plugin.delete(await create(inputs));
    assert.equal(readFileSync(seen, "utf8"), "original/warning\n");
    await plugin.delete(await create({ ...inputs, addPreviousOutputInEnv: false }));
    assert.equal(readFileSync(seen, "utf8"), "/\n");
  });

  it("fails to delete when the command fails", async () => {
    await assert.rejects(plugin.delete(await create({ delete: "exit 1" })), /exit status 1/);
  });

  it("logs line by line, as the setting says", async () => {
    const inputs = { create: "echo out; echo err >&2" };
    const logged = async (logging: PropertyMap) => {
      const before = plugin.log.length;
      await create({ ...inputs, ...logging });
      const lines = plugin.log.slice(before);
      for (const { severity, passing } of lines) assert.deepEqual({ severity, passing }, INFO_PASSING);
      return lines.map(({ message }) => message).sort();
    };
    assert.deepEqual(await logged({}), ["err", "out"]);
    assert.deepEqual(await logged({ logging: "stdoutAndStderr" }), ["err", "out"]);
    assert.deepEqual(await logged({ logging: "stdout" }), ["out"]);
    assert.deepEqual(await logged({ logging: "stderr" }), ["err"]);
    assert.deepEqual(await logged({ logging: "none" }), []);
  });

  it("runs nothing in a preview, and only what was printed is unknown", async () => {
    const file = join(folder(), "ran");
    const inputs = { create: `touch ${file}`, dir: folder() };
    const { state } = await plugin.create(COMMAND, inputs, { preview: true });
    assert.ok(!existsSync(file));
    assert.ok(isUnknown(state["stdout"]) && isUnknown(state["stderr"]));
    assert.equal(state["dir"], folder());
  });

  it("previews an update with unknown outputs when an input changed, and the old ones when one was only added", async () => {
    const held = await create({ create: "echo one", dir: folder() });
    const changed = await plugin.update(held, { create: "echo two", dir: folder() }, { preview: true });
    assert.ok(isUnknown(changed.state["stdout"]));
    // The plugin's framework compares only inputs that the state has: a new one does not count.
    const added = await plugin.update(
      held,
      { create: "echo one", dir: folder(), update: "echo three" },
      { preview: true },
    );
    assert.equal(added.state["stdout"], "one");
  });

  it("does not make its outputs secret because of secret inputs", async () => {
    const { state } = await create({ create: "cat", stdin: secret("hush"), environment: secret({ TOKEN: "x" }) });
    assert.ok(isSecret(state["stdin"]) && isSecret(state["environment"]));
    assert.equal(state["stdout"], "hush");
  });

  it("updates for a change of any input, triggers by their place in the list", async () => {
    const held = await create({ create: "true", triggers: ["a", "b"] });
    assert.equal((await plugin.diff(held, held.inputs)).changes, false);
    assert.deepEqual((await plugin.diff(held, { ...held.inputs, create: "false" })).detailed, { create: "UPDATE" });
    const { detailed, replaces } = await plugin.diff(held, { ...held.inputs, triggers: ["a", "c"] });
    // A replacement comes of this by the SDK's option replaceOnChanges, with or without an update command.
    assert.deepEqual([detailed, replaces], [{ "triggers[1]": "UPDATE" }, []]);
  });

  it("replaces for triggers that come or go as a whole, new before old", async () => {
    const held = await create({ create: "true" });
    const diff = await plugin.diff(held, { create: "true", triggers: ["a"] });
    assert.deepEqual([diff.replaces, diff.deleteBeforeReplace], [["triggers"], false]);
  });

  it("updates when an input only becomes secret", async () => {
    const held = await create({ create: "cat", stdin: "in" });
    assert.deepEqual((await plugin.diff(held, { create: "cat", stdin: secret("in") })).detailed, { stdin: "UPDATE" });
  });

  it("names inputs of the wrong type", async () => {
    const { failures } = await plugin.check(COMMAND, { create: 1, interpreter: "sh", environment: { A: true } });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["create", "environment", "interpreter"]);
  });

  for (const [how, end] of [
    [
      "is cancelled",
      async (it: Plugin) => {
        await it.cancel();
      },
    ],
    ["gets SIGINT", (it: Plugin) => Promise.resolve(void it.process.kill("SIGINT"))],
  ] as const) {
    it(`ends a running command when it ${how}`, async () => {
      const file = join(folder(), "pid");
      const running = assert.rejects(create({ create: `echo $$ > ${file}; exec sleep 60`, logging: "none" }));
      await waitUntil("the command runs", 30, () => existsSync(file) && readFileSync(file, "utf8").trim() !== "");
      const pid = Number(readFileSync(file, "utf8"));
      assert.ok(isRunning(pid));
      await end(plugin);
      await running;
      await waitUntil("the command has ended", 30, () => !isRunning(pid));
      await plugin.stop();
      plugin = await start();
    });
  }

  it("exits on SIGINT", async () => {
    plugin.process.kill("SIGINT");
    await waitUntil("it has ended", 30, () => plugin.process.exitCode !== null);
    assert.equal(plugin.process.exitCode, 0);
  });
});
