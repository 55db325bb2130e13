import assert from "node:assert/strict";
import { looseRange } from "../../../../components/mesh/model/looseRange";

describe("a range as policies have it", () => {
  const bounds = (text: string) => {
    const range = looseRange(text);
    return range === undefined ? undefined : [range.first, range.last];
  };

  it("is an address alone, or has bits behind its prefix", () => {
    assert.deepEqual(bounds("0.0.1.7"), [263n, 263n]);
    assert.deepEqual(bounds("0.0.1.7/24"), [256n, 511n]);
    assert.deepEqual(bounds("::ff/120"), [0n, 255n]);
    assert.deepEqual(bounds("::7"), [7n, 7n]);
  });

  it("is none in a notation that agents refuse", () => {
    for (const text of [
      "010.1.1.1/8",
      "010.1.1.1",
      "10.1/16",
      "10",
      "0x0a.1.1.1/8",
      "10.0.0.0/33",
      "::/129",
      "",
      "/8",
      "x",
    ]) {
      assert.equal(bounds(text), undefined, text);
    }
  });
});
