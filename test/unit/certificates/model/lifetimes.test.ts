import assert from "node:assert/strict";
import { authorityLifetime, leafLifetime, leafValidity } from "../../../../components/certificates/model/lifetimes";
import { NOW } from "../../support/certificates/ca";

const LEAF = { days: 365, renewBeforeDays: 60 };
const left = (days: number) => leafValidity(LEAF, new Date(NOW.getTime() + days * 86_400_000), NOW);

describe("model: the lifetime of what a CA signs", () => {
  it("is as configured while the CA lives as long", () => {
    assert.equal(left(365), LEAF);
    assert.equal(left(4000), LEAF);
  });

  it("is never longer than the CA's, and never less than half of it, so that it seldom changes", () => {
    for (let days = 1; days < 365; days += 1) {
      const { days: shortened } = left(days);
      assert.ok(shortened <= days && shortened * 2 + 2 > days, `${String(days)}: ${String(shortened)}`);
    }
    assert.deepEqual(
      [left(364).days, left(182).days, left(181).days, left(91).days, left(90).days],
      [182, 182, 91, 91, 45],
    );
  });

  it("leaves a certificate some life before it is renewed", () => {
    for (let days = 1; days < 365; days += 1) {
      const { days: shortened, renewBeforeDays } = left(days);
      assert.ok(renewBeforeDays < shortened, String(days));
    }
  });

  it("is a day in the end; what comes then is refused", () => {
    assert.deepEqual(left(0), { days: 1, renewBeforeDays: 0 });
    assert.deepEqual(left(-3), { days: 1, renewBeforeDays: 0 });
  });
});

describe("model: the early renewal", () => {
  const certificates = (authorityDays: number, leafDays: number) =>
    ({ keyAlgorithm: "P256", authorityDays, leafDays }) as const;
  const early = (days: number) => [
    authorityLifetime(certificates(days, 1)).renewBeforeDays,
    leafLifetime(certificates(1, days)).renewBeforeDays,
  ];

  it("begins with the last third, and not earlier than a monthly up needs", () => {
    assert.deepEqual(early(90), [30, 30]);
    assert.deepEqual(early(181), [60, 60]);
    assert.deepEqual(early(365), [120, 60]);
    assert.deepEqual(early(1095), [120, 60]);
  });

  it("leaves every certificate some life", () => {
    for (const days of [1, 2, 3, 4, 30, 1000]) {
      assert.ok(
        early(days).every((each) => each >= 0 && each < days),
        String(days),
      );
    }
  });
});
