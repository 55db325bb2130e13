import assert from "node:assert/strict";
import fc from "fast-check";
import type { LabelledIdentity } from "../../../../components/cilium/model/labelledIdentity";
import { clusterIdOf } from "../../../../components/cilium/model/podIdentity";
import { counterparts } from "../../../../components/identity/model/counterparts";

const CLUSTER = "k8s:io.cilium.k8s.policy.cluster";
const labels = (app: string, cluster: string) => ({ "k8s:app": app, [CLUSTER]: cluster });
const [UNNAMED, WEST] = [
  { name: "default", id: 0 },
  { name: "west", id: 7 },
];
const BASE = 7 << 16;

describe("model: identities under another name and id", () => {
  it("have the same labels but for the cluster's, and the same number within the cluster's part", () => {
    const found = counterparts([{ number: 300, labels: labels("a", "default") }], UNNAMED, WEST, 255);
    assert.deepEqual(found.missing, [{ number: BASE + 300, labels: labels("a", "west") }]);
    assert.deepEqual(found.pairs, [{ from: 300, to: BASE + 300 }]);
  });

  it("are numbered by the width of ids: with 511 clusters ids begin a bit lower", () => {
    const { pairs } = counterparts([{ number: 300, labels: labels("a", "default") }], UNNAMED, WEST, 511);
    assert.deepEqual(pairs, [{ from: 300, to: (7 << 15) + 300 }]);
  });

  it("are those that are there already, whatever their number", () => {
    const identities = [
      { number: 300, labels: labels("a", "default") },
      { number: BASE + 9, labels: { [CLUSTER]: "west", "k8s:app": "a" } },
    ];
    assert.deepEqual(counterparts(identities, UNNAMED, WEST, 255), {
      pairs: [{ from: 300, to: BASE + 9 }],
      missing: [],
    });
  });

  it("never take the number of another one", () => {
    const identities = [
      { number: 300, labels: labels("a", "default") },
      { number: BASE + 300, labels: labels("other", "west") },
    ];
    const { missing } = counterparts(identities, UNNAMED, WEST, 255);
    assert.deepEqual(missing, [{ number: BASE, labels: labels("a", "west") }]);
  });

  it("are of the cluster's own alone: not of another name, nor of another id", () => {
    const identities = [
      { number: 300, labels: labels("a", "other") },
      { number: (3 << 16) + 1, labels: labels("a", "default") },
      { number: 2 ** 24 + 1, labels: labels("a", "default") },
      { number: 4, labels: { "reserved:health": "" } },
    ];
    assert.deepEqual(counterparts(identities, UNNAMED, WEST, 255), { pairs: [], missing: [] });
  });

  it("on the way back are above those that are reserved", () => {
    const { missing } = counterparts([{ number: BASE + 3, labels: labels("a", "west") }], WEST, UNNAMED, 255);
    assert.deepEqual(missing, [{ number: 256, labels: labels("a", "default") }]);
  });

  it("have a number of their own each, within the id's, for whatever identities there are", () => {
    const number = fc.oneof(fc.integer({ min: 256, max: 400 }), fc.integer({ min: BASE, max: BASE + 150 }));
    const one = fc.record({ number, app: fc.integer({ max: 60, min: 0 }) });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (each) => each.number }), (all) => {
        const identities = all.map(({ number: n, app }): LabelledIdentity => {
          return { number: n, labels: labels(String(app), n < BASE ? "default" : "west") };
        });
        const { pairs, missing } = counterparts(identities, UNNAMED, WEST, 255);
        const numbers = [...identities, ...missing].map((each) => each.number);
        assert.equal(new Set(numbers).size, numbers.length);
        assert.ok(missing.every((each) => clusterIdOf(each.number, 255) === 7));
        assert.equal(pairs.length, all.filter((each) => each.number < BASE).length);
        const after = counterparts([...identities, ...missing], UNNAMED, WEST, 255);
        assert.deepEqual(after, { pairs, missing: [] });
      }),
    );
  });
});
