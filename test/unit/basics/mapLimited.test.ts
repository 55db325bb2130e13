import assert from "node:assert/strict";
import fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { mapLimited } from "../../../components/basics/mapLimited";

describe("components: mapLimited", () => {
  it("gives what Promise.all gives, never with more calls under way than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (items, limit) => {
        let under = 0;
        let most = 0;
        const results = await mapLimited(items, limit, async (turns) => {
          most = Math.max(most, ++under);
          for (let each = 0; each < turns; each++) {
            await turn();
          }
          under--;
          return turns * 2;
        });
        assert.deepEqual(
          results,
          items.map((each) => each * 2),
        );
        assert.ok(most <= limit);
      }),
      { numRuns: 50 },
    );
  });

  it("fails when a call fails", async () => {
    const map = (item: number) => (item === 2 ? Promise.reject(new Error("two")) : Promise.resolve(item));
    await assert.rejects(mapLimited([1, 2, 3], 2, map), /^Error: two$/);
  });
});
