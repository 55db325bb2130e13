import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canonicalIP,
  contains,
  findOverlaps,
  isIPAddress,
  overlaps,
  parseCIDR,
  rangeWithout,
  type Range,
} from "../../../../components/mesh/model/cidr";
import { cidr, hostile, sharesAddress, type PlainCIDR } from "../../support/mesh/arbitraries";

function range(text: string): Range {
  const parsed = parseCIDR(text);
  assert.ok(parsed.ok, text);
  return parsed.range;
}

const claim = (plain: PlainCIDR, owner: number) => ({ owner, range: range(plain.text) });

/** Pairs of owners, smaller first, in one order. */
const pairsOf = (pairs: readonly (readonly [{ owner: number }, { owner: number }])[]) =>
  pairs.map(([a, b]) => [a.owner, b.owner].sort((x, y) => x - y).join("-")).sort();

describe("model: parseCIDR", () => {
  it("reads first and last address of both families", () => {
    assert.deepEqual(range("10.60.0.0/16"), {
      text: "10.60.0.0/16",
      family: 4,
      first: 0x0a3c0000n,
      last: 0x0a3cffffn,
    });
    const v6 = range("fd00:60::/48");
    assert.equal(v6.family, 6);
    assert.equal(v6.first, 0xfd000060n << 96n);
    assert.equal(v6.last - v6.first, (1n << 80n) - 1n);
  });

  it("reads whatever numbers make a CIDR, as the bits say", () => {
    fc.assert(
      fc.property(cidr(), (plain) => {
        const { family, first, last } = range(plain.text);
        const width = plain.family === 4 ? 32 : 128;
        assert.equal(family, plain.family);
        assert.equal(first, BigInt(`0b0${plain.bits.padEnd(width, "0")}`));
        assert.equal(last, BigInt(`0b0${plain.bits.padEnd(width, "1")}`));
      }),
    );
  });

  it("reads bits behind the prefix as Cilium does: they mean nothing", () => {
    for (const [text, same] of [
      ["10.60.7.1/16", "10.60.0.0/16"],
      ["10.60.255.255/32", "10.60.255.255/32"],
      ["fd00::1/64", "fd00::/64"],
      ["10.60.0.1/0", "0.0.0.0/0"],
    ] as const) {
      assert.deepEqual({ ...range(text), text: same }, range(same));
    }
  });

  for (const text of [
    "",
    "10.60.0.0",
    "10.60.0.0/33",
    "fd00::/129",
    "10.60/16",
    "0x0a.0.0.0/8",
    "10.0.0.0/8 ",
    "a/8",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(parseCIDR(text).ok, false);
    });
  }

  it("refuses octal octets, which parsers read differently", () => {
    assert.deepEqual(parseCIDR("010.0.0.0/8"), { ok: false, reason: "is not a CIDR of four decimal octets" });
  });

  it("never throws", () => {
    fc.assert(fc.property(hostile, (text) => typeof parseCIDR(text).ok === "boolean"));
  });
});

describe("model: overlaps, contains", () => {
  it("agree with comparing the bits of the network", () => {
    fc.assert(
      fc.property(cidr(10), cidr(10), (a, b) => {
        assert.equal(overlaps(range(a.text), range(b.text)), sharesAddress(a, b));
        assert.equal(contains(range(a.text), range(b.text)), sharesAddress(a, b) && a.bits.length <= b.bits.length);
      }),
    );
  });

  it("see neighbours as disjoint", () => {
    assert.equal(overlaps(range("10.60.0.0/16"), range("10.61.0.0/16")), false);
    assert.equal(overlaps(range("0.0.0.0/0"), range("::/0")), false);
  });
});

describe("model: rangeWithout", () => {
  it("leaves the addresses that no other range has, each once", () => {
    const small = fc
      .record({ first: fc.bigInt(0n, 15n), length: fc.bigInt(1n, 8n) })
      .map(({ first, length }): Range => ({ text: "", family: 4, first, last: first + length - 1n }));
    fc.assert(
      fc.property(small, fc.array(small, { maxLength: 4 }), (whole, others) => {
        const has = ({ first, last }: Range, address: bigint) => first <= address && address <= last;
        const left = rangeWithout(whole, others);
        for (let address = 0n; address < 24n; address++) {
          const expected = has(whole, address) && !others.some((other) => has(other, address)) ? 1 : 0;
          assert.equal(left.filter((part) => has(part, address)).length, expected);
        }
        assert.ok(left.every(({ first, last }) => first <= last));
      }),
    );
  });

  it("does not mix the families", () => {
    assert.deepEqual(rangeWithout(range("10.0.0.0/8"), [range("::/0")]), [range("10.0.0.0/8")]);
  });

  // What compares each part with each other range takes minutes.
  it("takes as many as a list of addresses has", () => {
    const others = Array.from({ length: 100_000 }, (_, index): Range => {
      const address = BigInt((index * 7919) % 100_000) * 2n;
      return { text: "", family: 4, first: address, last: address };
    });
    const left = rangeWithout({ text: "", family: 4, first: 0n, last: 199_999n }, others);
    assert.equal(left.length, 100_000);
    assert.ok(left.every(({ first, last }) => first === last && first % 2n === 1n));
  });
});

describe("model: findOverlaps", () => {
  it("finds what comparing each with each finds", () => {
    fc.assert(
      fc.property(fc.array(cidr(9), { maxLength: 20 }), (plain) => {
        const naive = plain.flatMap((a, i) =>
          plain.slice(i + 1).flatMap((b, j) => (sharesAddress(a, b) ? [[{ owner: i }, { owner: i + 1 + j }]] : [])),
        ) as [{ owner: number }, { owner: number }][];
        assert.deepEqual(pairsOf(findOverlaps(plain.map(claim))), pairsOf(naive));
      }),
    );
  });

  it("finds the same in any order", () => {
    const claims = fc.array(cidr(9), { maxLength: 12 }).map((plain) => plain.map(claim));
    fc.assert(
      fc.property(
        claims.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          assert.deepEqual(pairsOf(findOverlaps(all)), pairsOf(findOverlaps(shuffled)));
        },
      ),
    );
  });
});

describe("model: IP addresses", () => {
  it("are told from names and short notations", () => {
    assert.ok(["10.1.1.1", "::1", "fd00::1", "::ffff:10.1.1.1"].every(isIPAddress));
    assert.ok(!["10.1", "1", "etcd.example.com", "", "10.1.1.256", "fe80::1%eth0"].some(isIPAddress));
  });

  it("have one spelling", () => {
    assert.equal(canonicalIP("fd00:0:0::1"), canonicalIP("FD00::0001"));
    assert.equal(canonicalIP("::ffff:10.1.1.1"), "10.1.1.1");
  });
});
