import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { limiter } from "../../../components/basics/limiter";

describe("components: limiter", () => {
  it("lets so many work at once, in their order, and gives what they gave", async () => {
    const atOnce = limiter(2);
    const begun: number[] = [];
    let working = 0;
    let most = 0;
    const results = await Promise.all(
      [0, 1, 2, 3, 4].map((n) =>
        atOnce(async () => {
          begun.push(n);
          working += 1;
          most = Math.max(most, working);
          await setImmediate();
          working -= 1;
          return n * n;
        }),
      ),
    );
    assert.deepEqual([results, begun, most], [[0, 1, 4, 9, 16], [0, 1, 2, 3, 4], 2]);
  });

  it("goes on after one that fails", async () => {
    const atOnce = limiter(1);
    const failed = atOnce(() => Promise.reject(new Error("no")));
    const next = atOnce(() => Promise.resolve("yes"));
    await assert.rejects(failed, /no/);
    assert.equal(await next, "yes");
  });
});
