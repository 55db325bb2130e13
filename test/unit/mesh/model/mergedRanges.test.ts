import assert from "node:assert/strict";
import * as fc from "fast-check";
import { contains, rangesOf } from "../../../../components/mesh/model/cidr";
import { mergedRanges } from "../../../../components/mesh/model/mergedRanges";

const merged = (...texts: readonly string[]) => mergedRanges(rangesOf(texts));

describe("model: ranges in as few as can be", () => {
  it("without those inside others, whatever their order", () => {
    assert.deepEqual(merged("10.60.3.0/24", "10.60.0.0/16", "10.60.0.0/16"), ["10.60.0.0/16"]);
    assert.deepEqual(merged("fd00:60::1/48", "fd00:60:0:7::/64"), ["fd00:60::/48"]);
  });

  it("and with neighbours as one, where that is a range", () => {
    assert.deepEqual(merged("10.0.1.0/24", "10.0.0.0/24"), ["10.0.0.0/23"]);
    assert.deepEqual(merged("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"), ["10.0.1.0/24", "10.0.2.0/23"]);
    assert.deepEqual(merged("0.0.0.0/1", "128.0.0.0/1", "::/0"), ["0.0.0.0/0", "::/0"]);
  });

  it("IPv4 first, by address, and bits behind a prefix mean nothing", () => {
    assert.deepEqual(merged("fd00::/64", "10.9.0.0/16", "10.1.7.1/16"), ["10.1.0.0/16", "10.9.0.0/16", "fd00::/64"]);
    assert.deepEqual(mergedRanges([]), []);
  });

  it("has the same addresses as before, and a second time changes nothing", () => {
    const cidr = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 32 }));
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 12 }), fc.nat(255), fc.nat(255), (parts, c, d) => {
        const texts = parts.map(([a, b, prefix]) => `10.0.${String(a)}.${String(b)}/${String(prefix)}`);
        const [before, after] = [rangesOf(texts), rangesOf(mergedRanges(rangesOf(texts)))];
        const [address] = rangesOf([`10.0.${String(c)}.${String(d)}/32`]);
        assert.ok(address);
        const isIn = (all: typeof before) => all.some((each) => contains(each, address));
        assert.equal(isIn(after), isIn(before));
        assert.deepEqual(mergedRanges(after), mergedRanges(before));
        assert.ok(after.length <= before.length * 2);
      }),
    );
  });
});
