import assert from "node:assert/strict";
import fc from "fast-check";
import type { Failure } from "../../../../components/kubernetes/model/failure";
import {
  failedWords,
  firstTry,
  nextTry,
  silence,
  type FailedTry,
  type Patience,
} from "../../../../components/kubernetes/model/patience";

const read = (limitSeconds: number): Patience => ({ limitSeconds, repeat: "always" });
const write = (limitSeconds: number): Patience => ({ limitSeconds, repeat: "unsent" });

/** The tries of a question that fails with these in turn, the last one for ever, as pause and time of silence. */
function tries(patience: Patience, ...failures: readonly Failure[]) {
  let failed: readonly FailedTry[] = [];
  const made = [[0, firstTry(patience)]];
  for (;;) {
    const failure = failures[Math.min(failed.length, failures.length - 1)] ?? "final";
    failed = [...failed, { failure, message: "", silenceSeconds: made.at(-1)?.[1] ?? 0 }];
    const next = nextTry(patience, failed);
    if (next === undefined) {
      return made;
    }
    made.push([next.pauseSeconds, next.silenceSeconds]);
  }
}

describe("model: patience with clusters", () => {
  it("gives a silent cluster all of its time, in tries that get longer", () => {
    assert.deepEqual(tries(read(30), "silent"), [
      [0, 5],
      [0, 10],
      [0, 15],
    ]);
    assert.deepEqual(
      tries(read(60), "silent").map(([, silence]) => silence),
      [6, 12, 18, 24],
    );
  });

  it("makes no try of less than five seconds for the sake of another one", () => {
    assert.deepEqual(tries(read(14), "silent"), [[0, 14]]);
    assert.deepEqual(tries(read(1), "silent"), [[0, 1]]);
    assert.deepEqual(tries(read(15), "silent"), [
      [0, 5],
      [0, 10],
    ]);
  });

  it("names a cluster where nothing listens within seconds, however long silence may last", () => {
    for (const failure of ["unsent", "lost"] as const) {
      assert.deepEqual(
        tries(read(600), failure).map(([pause]) => pause),
        [0, 0.5, 1.5],
      );
    }
  });

  it("does not ask again where that would not help", () => {
    assert.equal(tries(read(30), "final").length, 1);
    assert.equal(tries(read(30), "unsent", "final").length, 2);
  });

  it("counts silence and refusals apart", () => {
    assert.deepEqual(tries(read(30), "unsent", "silent", "unsent", "silent"), [
      [0, 5],
      [0.5, 5],
      [0, 10],
      [1.5, 10],
      [0, 15],
    ]);
  });

  it("repeats what is no read only where it was never sent, and gives it all the time for one answer", () => {
    assert.deepEqual(tries(write(60), "silent"), [[0, 60]]);
    assert.deepEqual(tries(write(60), "lost"), [[0, 60]]);
    assert.deepEqual(tries(write(60), "unsent"), [
      [0, 60],
      [0.5, 60],
      [1.5, 60],
    ]);
  });

  it("ends, whatever happens, and never waits longer for silence than its limit", () => {
    const failure = fc.constantFrom<Failure>("unsent", "lost", "silent");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), fc.array(failure, { minLength: 1 }), (limit, failures) => {
        const made = tries(read(limit), ...failures);
        const silent = made.filter((_, index) => failures[Math.min(index, failures.length - 1)] === "silent");
        const waited = silent.reduce((sum, [, silence = 0]) => sum + silence, 0);
        assert.ok(waited <= limit + 1e-6 && made.length <= 7, JSON.stringify(made));
      }),
    );
  });

  it("says for how long there was no answer, or the last words, and how many tries there were", () => {
    const silent = (silenceSeconds: number): FailedTry => ({
      failure: "silent",
      message: silence(silenceSeconds),
      silenceSeconds,
    });
    const refused: FailedTry = { failure: "unsent", message: "connection refused", silenceSeconds: 5 };
    assert.equal(failedWords([silent(1)]), "no answer within 1 s");
    assert.equal(failedWords([silent(5), silent(10), silent(15)]), "no answer within 30 s (tried 3 times)");
    const asked = { ...silent(5), message: silence(5, "log in") };
    assert.equal(failedWords([asked]), "no answer within 5 s; what kubectl runs for credentials has said: log in");
    assert.equal(
      failedWords([silent(5), { ...asked, silenceSeconds: 5 }]),
      "no answer within 10 s; what kubectl runs for credentials has said: log in (tried 2 times)",
    );
    assert.equal(failedWords([silent(20 / 3)]), "no answer within 6.7 s");
    assert.equal(failedWords([refused]), "connection refused");
    assert.equal(failedWords([silent(5), refused]), "connection refused (tried 2 times)");
    assert.equal(failedWords([refused, silent(5), silent(10)]), "no answer within 15 s (tried 3 times)");
  });

  it("keeps kubectl's own words on a timeout: they say whose it was, and it may have passed sooner", () => {
    const message = "Error from server: error dialing backend: dial tcp 10.1.1.11:10250: i/o timeout";
    const ofKubelet: FailedTry = { failure: "silent", message, silenceSeconds: 10 };
    assert.equal(failedWords([ofKubelet]), message);
    assert.equal(failedWords([ofKubelet, ofKubelet]), `${message} (tried 2 times)`);
    const silent: FailedTry = { failure: "silent", message: silence(5), silenceSeconds: 5 };
    assert.equal(failedWords([ofKubelet, silent]), "no answer within 5 s (tried 2 times)");
  });
});
