import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { mock } from "node:test";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { ending, type Limits } from "../../../components/kubernetes/kubectlProcess";
import { inGroup } from "../../../components/kubernetes/processGroup";
import { testFolder } from "../../support/testFolder";

const START = "I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file:  /tmp/k\n";
const ANSWER =
  "I1129 15:56:08.055258   29645 round_trippers.go:560] GET https://h/api?timeout=32s 200 OK in 4 milliseconds\n";
const NO_ANSWER = "I1129 15:56:10.402012   29659 round_trippers.go:560] GET https://h/api  in 2001 milliseconds\n";
const LIMITS = { startMs: 60_000, silenceMs: 5_000 };

/** A kubectl that does what it is told, and time that passes when it is told to. */
function scripted(limits: Partial<Limits> = {}) {
  const child = Object.assign(new EventEmitter(), {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    end: () => child.emit("close", null),
  });
  const ended = ending(child, "", { ...LIMITS, ...limits });
  ended.catch(() => undefined);
  const say = async (stream: "stdout" | "stderr", text: string) => {
    child[stream].write(text);
    await turn();
  };
  return {
    ended,
    say,
    pass: async (seconds: number) => {
      mock.timers.tick(seconds * 1000);
      await turn();
    },
    end: async (code: number) => {
      child.emit("close", code);
      return ended;
    },
  };
}

describe("components: a kubectl process", () => {
  const folder = testFolder();
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it("may take long to start: a busy machine is no silent cluster", async () => {
    const { say, pass, end } = scripted();
    await pass(59);
    await say("stderr", START);
    await pass(4);
    await say("stdout", "{}");
    assert.equal((await end(0)).stdout, "{}");
  });

  it("is ended where it does not start at all, which is no fault of the cluster", async () => {
    const { ended, pass } = scripted();
    await pass(60);
    await assert.rejects(ended, (error: unknown) => {
      assert.ok(error instanceof KubectlError && error.failure === "final");
      assert.match(error.message, /^kubectl has said nothing within 60 s of its start; this machine is busy/);
      return true;
    });
  });

  it("is ended where the cluster is silent for too long", async () => {
    const { ended, say, pass } = scripted();
    await say("stderr", START);
    await pass(5);
    await assert.rejects(ended, new KubectlError("no answer within 5 s", "silent"));
  });

  it("says what a credential plugin waits for, where no answer has come in yet", async () => {
    const silent = async (...words: readonly string[]) => {
      const { ended, say, pass } = scripted();
      await say("stderr", START);
      for (const text of words) await say("stderr", text);
      await pass(5);
      return ended.then(String, (error: unknown) => (error instanceof KubectlError ? error.message : ""));
    };
    const asks = "To sign in, use a web browser to open https://x/devicelogin and enter the code ABC";
    const said = `no answer within 5 s; what kubectl runs for credentials has said: ${asks}`;
    assert.equal(await silent(`${asks}\n`), said);
    assert.equal(await silent("one moment\n", `${asks}\nwaiting`), said);
    assert.equal(
      await silent("Password: "),
      "no answer within 5 s; what kubectl runs for credentials has said: Password:",
    );
    assert.equal(await silent(`${asks}\n${ANSWER}`), "no answer within 5 s");
    assert.equal(await silent(NO_ANSWER), "no answer within 5 s");
  });

  it("goes on as long as answers come in, however slowly", async () => {
    const { say, pass, end } = scripted();
    await say("stderr", START);
    for (let answers = 0; answers < 10; answers++) {
      await pass(4);
      await say("stderr", ANSWER);
    }
    await pass(4);
    assert.equal((await end(0)).code, 0);
  });

  it("takes what it prints for an answer as well", async () => {
    const { say, pass, end } = scripted();
    await say("stderr", START);
    for (let part = 0; part < 3; part++) {
      await pass(4);
      await say("stdout", "x");
    }
    assert.equal((await end(0)).stdout, "xxx");
  });

  it("takes its own tries and warnings for none", async () => {
    const { ended, say, pass } = scripted();
    await say("stderr", START);
    await pass(2);
    await say("stderr", NO_ANSWER);
    await pass(2);
    await say(
      "stderr",
      "E1129 15:56:10.402012   29659 memcache.go:265] couldn't get current server API group list: EOF\n",
    );
    await pass(1);
    await assert.rejects(ended, new KubectlError("no answer within 5 s", "silent"));
  });

  it("keeps the log of its requests to itself", async () => {
    const { say, end } = scripted();
    await say("stderr", START);
    await say("stderr", `${ANSWER}error: no such`);
    await say("stderr", ` thing\n${NO_ANSWER}in the end`);
    const { code, stderr } = await end(1);
    assert.deepEqual([code, stderr], [1, "error: no such thing\nin the end"]);
  });

  it("is ended where it prints more than can be kept, and that is an error like any other", async () => {
    const { ended, say } = scripted({ answerBytes: 2 ** 20, question: "get pods" });
    await say("stderr", START);
    await say("stdout", "x".repeat(2 ** 20));
    await say("stdout", "x");
    await say("stdout", "x");
    await assert.rejects(ended, new KubectlError("kubectl get pods answers with more than 1 MiB", "final"));
  });

  it("keeps the end of endless words", async () => {
    const { say, end } = scripted();
    for (let line = 0; line < 40; line++) {
      await say("stderr", `${"x".repeat(2 ** 16)}\n`);
    }
    await say("stderr", "y".repeat(2 ** 21));
    const { stderr } = await end(1);
    assert.ok(stderr.length <= 2 ** 21 && stderr.endsWith("y"), String(stderr.length));
  });

  it("is not ended because this program was held up while its answer came in", async () => {
    mock.timers.reset();
    const [heldUp, answered] = [join(folder(), "held-up"), join(folder(), "answered")];
    const program = `const { existsSync, writeFileSync } = require("node:fs");
      process.stderr.write(${JSON.stringify(START)});
      while (!existsSync(${JSON.stringify(heldUp)}));
      process.stderr.write(${JSON.stringify(ANSWER)});
      writeFileSync(${JSON.stringify(answered)}, "");`;
    const child = inGroup(spawn(process.execPath, ["-e", program], { detached: true }));
    const silenceMs = 1000;
    const ended = ending(child, "", { startMs: 60_000, silenceMs });
    child.stderr.once("data", () => {
      writeFileSync(heldUp, "");
      const late = Date.now() + silenceMs + 100;
      while (!existsSync(answered) || Date.now() < late);
    });
    assert.equal((await ended).code, 0);
  });
});
