import assert from "node:assert/strict";
import fc from "fast-check";
import { about, advance, duration, secondsLeft, timeLeft } from "../../../lab/cache/progress";

const start = { usual: 600, finished: 0, finishedAt: 0, elapsed: 0 };

describe("lab: the time that is left", () => {
  const cases: readonly (readonly [string, Partial<typeof start>, string])[] = [
    ["all of it at the begin", {}, "about 10 min left"],
    ["less as time goes by", { elapsed: 240 }, "about 6 min left"],
    ["more where half was done at half the pace", { finished: 300, finishedAt: 600, elapsed: 600 }, "about 8 min left"],
    [
      "hardly more where one small part came late",
      { finished: 30, finishedAt: 210, elapsed: 210 },
      "about 13 min left",
    ],
    ["little where most was compiled before", { finished: 60, finishedAt: 3, elapsed: 3 }, "about 30 s left"],
    ["counted on from the last finished part", { finished: 300, finishedAt: 300, elapsed: 420 }, "about 3 min left"],
    [
      "not known when it should have ended",
      { elapsed: 600 },
      "taking longer than usual, 10 min so far instead of 10 min",
    ],
    ["not known long after that", { elapsed: 5000 }, "taking longer than usual, 83.3 min so far instead of 10 min"],
    [
      "not known when all parts are finished",
      { finished: 600, finishedAt: 9, elapsed: 10 },
      "how long the rest takes is not known",
    ],
    [
      "not known for work that usually takes no time",
      { usual: 0 },
      "taking longer than usual, 1 s so far instead of 1 s",
    ],
  ];
  for (const [what, change, expected] of cases) {
    it(`is ${what}`, () => {
      assert.equal(timeLeft({ ...start, ...change }), expected);
    });
  }

  it("goes by when parts were finished, not by when that was looked at", () => {
    const half = advance(start, 300, 150);
    assert.deepEqual(half, { usual: 600, finished: 300, finishedAt: 150, elapsed: 150 });
    assert.deepEqual(advance(half, 300, 210), { ...half, elapsed: 210 });
    assert.equal(timeLeft(advance(half, 300, 210)), "about 2 min left");
  });

  it("is a number above zero or not known, whatever the clock says", () => {
    const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, seconds, seconds, (usual, finished, finishedAt, elapsed) => {
        const left = secondsLeft({ usual, finished, finishedAt, elapsed });
        assert.ok(left === undefined || (Number.isFinite(left) && left > 0), String(left));
      }),
    );
  });
});

describe("lab: durations", () => {
  for (const [seconds, exact, rough] of [
    [0.2, "1 s", "about 5 s"],
    [7, "7 s", "about 10 s"],
    [54, "54 s", "about 55 s"],
    [56, "56 s", "about 1 min"],
    [89, "89 s", "about 2 min"],
    [120, "2 min", "about 2 min"],
    [252, "4.2 min", "about 5 min"],
  ] as const) {
    it(`${seconds} seconds are "${exact}" and "${rough}"`, () => {
      assert.equal(duration(seconds), exact);
      assert.equal(about(seconds), rough);
    });
  }
});
