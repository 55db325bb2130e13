import assert from "node:assert/strict";
import { mock } from "node:test";
import { sayingWhoIsAwaited } from "../../../components/preflight/awaited";

describe("waiting for clusters to answer", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setInterval", "Date"] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  const names = Array.from({ length: 9 }, (_, index) => `c${index + 1}`);

  it("says every ten seconds how many have answered, who is awaited, and for how long", async () => {
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    await sayingWhoIsAwaited(names, 60, say, (answered) => {
      mock.timers.tick(9_999);
      answered("c1");
      mock.timers.tick(1);
      names.slice(1, 8).forEach(answered);
      mock.timers.tick(10_000);
      return Promise.resolve();
    });
    mock.timers.tick(60_000);
    assert.deepEqual(lines, [
      '1 of 9 clusters are looked at, waiting for "c2", "c3", "c4", "c5", "c6", and 3 more (10 s, one that is silent gets 60 s)',
      '8 of 9 clusters are looked at, waiting for "c9" (20 s, one that is silent gets 60 s)',
    ]);
  });

  it("says nothing while nobody is awaited, and has the words for one cluster", async () => {
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    await sayingWhoIsAwaited(["c1"], 60, say, (answered) => {
      mock.timers.tick(10_000);
      answered("c1");
      mock.timers.tick(10_000);
      return Promise.resolve();
    });
    assert.deepEqual(lines, ['0 of 1 cluster is looked at, waiting for "c1" (10 s, one that is silent gets 60 s)']);
  });

  it("says nothing any more when looking has failed", async () => {
    const lines: string[] = [];
    const failing = sayingWhoIsAwaited(
      names,
      60,
      (line) => lines.push(line),
      () => Promise.reject(new Error("broken")),
    );
    await assert.rejects(failing, /broken/);
    mock.timers.tick(60_000);
    assert.deepEqual(lines, []);
  });
});
