import assert from "node:assert/strict";
import { error } from "../../../components/mesh/model/diagnostic";
import { setTimeout as delay } from "node:timers/promises";
import { beginOutput } from "../../../components/command/protocol";
import { problemsLine, until, withEach } from "../../../components/command/until";
import { saidWhile, timePasses } from "../support/cilium/rollingCluster";

const MINUTE = 60_000;

/** What is said during some work, of which the time passes at once. */
const saidDuring = async (work: () => Promise<unknown>) => (await saidWhile(() => timePasses(work))).lines;

describe("waiting", () => {
  it("says at once what it is for, and every half minute how long it has taken, until it is over", async () => {
    const begin = Date.now();
    const lines = await saidDuring(() =>
      until(
        Date.now() + 10 * MINUTE,
        () => Promise.resolve(Date.now()),
        (now) => now - begin > 2 * MINUTE,
        () => "1 of 2 to come",
      ),
    );
    assert.deepEqual(
      lines,
      ["", "30 s, ", "60 s, ", "90 s, ", "2 min, "].map((time) => `1 of 2 to come (${time}at most 10 min)`),
    );
  });

  it("says nothing where nothing is to be waited for", async () => {
    const work = () =>
      until(
        Date.now(),
        () => Promise.resolve(1),
        () => true,
        () => "never",
      );
    assert.deepEqual((await saidWhile(work)).lines, []);
  });

  it("is not silent while a single question takes long", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 2) await delay(3 * MINUTE);
      return looks;
    };
    const lines = await saidDuring(() =>
      until(
        Date.now() + 10 * MINUTE,
        look,
        (seen) => seen === 2,
        () => "waiting",
      ),
    );
    assert.deepEqual(
      lines,
      ["", "30 s, ", "60 s, ", "90 s, ", "2 min, ", "2 min, ", "3 min, "].map(
        (time) => `waiting (${time}at most 10 min)`,
      ),
    );
  });

  it("gives the cluster its time, whatever the looks take: the last one begins when it is over", async () => {
    const begun: number[] = [];
    const begin = Date.now();
    await saidDuring(() =>
      until(
        Date.now() + MINUTE,
        async () => {
          begun.push(Date.now() - begin);
          await delay(40_000);
        },
        () => false,
        () => "waiting",
      ),
    );
    assert.equal(begun.length, 3);
    assert.ok((begun.at(-1) ?? 0) > MINUTE);
  });

  it("counts what is done of many, once that takes long", async () => {
    const lines = await saidDuring(() => withEach("agents asked", [1, 2, 3, 4], 1, () => delay(20_000)));
    assert.deepEqual(lines, ["agents asked: 1 of 4 done (30 s)", "agents asked: 2 of 4 done (60 s)"]);
  });

  it("is told less often in the course of hours, and its lines are short", async () => {
    const lines = await saidDuring(() => withEach("€".repeat(500), [1], 1, () => delay(8 * 60 * MINUTE)));
    assert.ok(lines.length > 20 && lines.length < 120, String(lines.length));
    assert.ok(lines.every((line) => Buffer.byteLength(line) <= 260));
    assert.match(lines.at(-1) ?? "", /… \(.*\) \(4\d\d min\)$/);
  });

  it("is told as often as ever by the next command of the same process", async () => {
    const lines = await saidDuring(async () => {
      await withEach("before", [1], 1, () => delay(8 * 60 * MINUTE));
      beginOutput();
      await withEach("now", [1], 1, () => delay(MINUTE + 5000));
    });
    assert.deepEqual(
      lines.filter((line) => line.startsWith("now")),
      ["now: 0 of 1 done (30 s)", "now: 0 of 1 done (60 s)"],
    );
  });

  it("names the first of what is not there yet, and how many of how many", () => {
    const problem = error({ cluster: "west", property: "agent a", reason: "is not ready", fix: "wait" });
    const line = problemsLine(
      "views are not ready",
      (seen: number) => Array.from({ length: seen }, () => problem),
      () => 6,
    );
    assert.equal(line(2), '2 of 6 views are not ready, first: cluster "west": agent a is not ready; wait');
  });
});
