import assert from "node:assert/strict";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { silence, type Patience } from "../../../components/kubernetes/model/patience";
import { patiently } from "../../../components/kubernetes/patiently";

const READ: Patience = { limitSeconds: 30, repeat: "always" };
const refused = () => new KubectlError("connection refused");
const silent = (seconds: number) => new KubectlError(silence(seconds), "silent");

/** Asks with answers that are given, without waiting; gives what came of it, how long was waited between tries, and what was told. */
async function ask(patience: Patience, ...answers: readonly (string | Error)[]) {
  const pauses: number[] = [];
  const told: string[] = [];
  const limits: number[] = [];
  const came = patiently(
    patience,
    (silenceSeconds, failed) => {
      limits.push(silenceSeconds);
      const answer = answers[failed.length] ?? assert.fail("asked too often");
      return typeof answer === "string" ? Promise.resolve(answer) : Promise.reject(answer);
    },
    {
      onFailedTry: ({ message }) => told.push(message),
      pause: (seconds) => Promise.resolve(pauses.push(seconds)),
    },
  );
  const ended = await came.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  return { ...ended, pauses, told, limits };
}

describe("components: patience", () => {
  it("asks once where there is an answer", async () => {
    assert.deepEqual(await ask(READ, "fine"), { answer: "fine", pauses: [], told: [], limits: [5] });
  });

  it("asks again, and says why", async () => {
    const came = await ask(READ, refused(), silent(5), "fine");
    assert.deepEqual(came, {
      answer: "fine",
      pauses: [0.5],
      told: ["connection refused", "no answer within 5 s"],
      limits: [5, 5, 10],
    });
  });

  it("gives up with the reason and the number of tries", async () => {
    const dead = await ask(READ, refused(), refused(), refused());
    assert.deepEqual(dead, {
      error: new KubectlError("connection refused (tried 3 times)", "unsent", { cause: refused() }),
      pauses: [0.5, 1.5],
      told: ["connection refused", "connection refused"],
      limits: [5, 5, 5],
    });
    const mute = await ask(READ, silent(5), silent(10), silent(15));
    assert.deepEqual([mute.limits, mute.pauses], [[5, 10, 15], []]);
    assert.ok("error" in mute && mute.error instanceof KubectlError);
    assert.equal(mute.error.message, "no answer within 30 s (tried 3 times)");
    assert.equal(mute.error.failure, "silent");
  });

  it("passes on as it is what another try would not change, and what is no error of kubectl's", async () => {
    for (const error of [new KubectlError("error: You must be logged in to the server"), new TypeError("a bug")]) {
      const came = await ask(READ, error);
      assert.ok("error" in came);
      assert.equal(came.error, error);
    }
  });

  it("does not repeat what may have changed something", async () => {
    const write: Patience = { limitSeconds: 60, repeat: "unsent" };
    const lost = new KubectlError("Unable to connect to the server: EOF");
    const came = await ask(write, refused(), lost);
    assert.deepEqual([came.limits, came.told], [[60, 60], ["connection refused"]]);
    assert.ok("error" in came && came.error instanceof KubectlError);
    assert.equal(came.error.message, "Unable to connect to the server: EOF (tried 2 times)");
  });
});
