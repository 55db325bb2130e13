import assert from "node:assert/strict";
import { sparingStackTraces } from "../../../../stacks/program/stackTraces";

describe("stacks: stack traces", () => {
  const before = Reflect.get(Error, "prepareStackTrace") as unknown;

  after(() => {
    Reflect.set(Error, "prepareStackTrace", before);
  });

  it("are made for errors that say something, and for no others", () => {
    sparingStackTraces();
    assert.match(new TypeError("no such cluster").stack ?? "", /^TypeError: no such cluster\n {4}at .*stackTraces/);
    assert.equal(new Error().stack, "");
  });
});
