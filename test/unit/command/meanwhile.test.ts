import assert from "node:assert/strict";
import { meanwhile } from "../../../components/command/meanwhile";
import { waitUntil } from "../../support/waitUntil";

describe("what is done again and again while something takes long", () => {
  it("begins after a pause, takes the pause that it asks for, and ends with it", async () => {
    const times: number[] = [];
    const task = () => {
      times.push(times.length);
      return Promise.resolve(times.length < 3 ? 1 : 60_000);
    };
    const done = await meanwhile(1, task, async () => {
      assert.deepEqual(times, []);
      await waitUntil("three times", 10, () => times.length === 3);
      return "done";
    });
    assert.equal(done, "done");
    assert.deepEqual(times, [0, 1, 2]);
  });

  it("is finished before the end is told, whatever became of the first", async () => {
    let running = false;
    let wasWhole = false;
    const task = async () => {
      running = true;
      await new Promise((resolve) => setImmediate(resolve));
      wasWhole = true;
      return 60_000;
    };
    const failed = meanwhile(1, task, async () => {
      await waitUntil("it runs", 10, () => running);
      throw new Error("stands still");
    });
    await assert.rejects(failed, /stands still/);
    assert.ok(wasWhole);
  });
});
