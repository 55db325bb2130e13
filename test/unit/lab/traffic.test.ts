import assert from "node:assert/strict";
import fc from "fast-check";
import { onLoopback } from "../../../lab/host/place";
import { type Attempt, describeTraffic, trafficReport } from "../../../lab/traffic/attempts";
import { waitUntil } from "../../support/waitUntil";
import { startPinger } from "../../../lab/traffic/pinger";

const series = (text: string, every = 200): readonly Attempt[] =>
  Array.from(text, (letter, index) => ({ at: 1000 + index * every, answered: letter === "+" }));

describe("lab: traffic", () => {
  for (const [text, lost, gap, stillDown] of [
    ["+++++", 0, 0, false],
    ["++-++", 1, 400, false],
    ["+---+-+", 4, 800, false],
    ["--+++", 2, 400, false],
    ["+++--", 2, 400, true],
    ["-----", 5, 800, true],
    ["", 0, 0, false],
  ] as const) {
    it(`${text === "" ? "none" : text} is ${lost} lost and a gap of ${gap} ms`, () => {
      assert.deepEqual(trafficReport(series(text)), { sent: text.length, lost, longestGapMs: gap, stillDown });
    });
  }

  it("does not depend on the order in which attempts end", () => {
    const attempts = fc.array(fc.record({ at: fc.nat(10_000), answered: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(attempts, (list) => {
        const unique = [...new Map(list.map((each) => [each.at, each])).values()];
        assert.deepEqual(trafficReport(unique), trafficReport([...unique].reverse()));
      }),
    );
  });

  it("is told in a sentence", () => {
    assert.equal(describeTraffic(trafficReport(series("++++"))), "4 connections, none lost");
    assert.equal(describeTraffic(trafficReport(series("+-+"))), "3 connections, 1 lost, longest gap 0.4 s");
    assert.match(describeTraffic(trafficReport(series("+--"))), /not over at the end/);
  });
});

describe("lab: a pinger", () => {
  it("begins before anybody answers, where it is told so, and counts what was lost", async () => {
    // Nobody listens on this port.
    const to = { ip: "127.0.0.1", port: 1 };
    const pinger = await startPinger({ from: onLoopback("127.0.0.1"), to, intervalMs: 20, begins: "unanswered" });
    const { sent, lost, stillDown } = await pinger.stop();
    assert.ok(sent > 0);
    assert.deepEqual([lost, stillDown], [sent, true]);
  });

  it("goes on while nobody reads what it writes", async () => {
    const to = { ip: "127.0.0.1", port: 1 };
    const pinger = await startPinger({ from: onLoopback("127.0.0.1"), to, intervalMs: 1, begins: "unanswered" });
    const before = pinger.attempts().length;
    // More is written meanwhile than a pipe holds, for this process does nothing.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000);
    const from = Date.now();
    await waitUntil("attempts of afterwards", 20, () => pinger.attempts().some(({ at }) => at > from));
    const { sent } = await pinger.stop();
    assert.ok(sent - before > 2000, String(sent - before));
  });
});
