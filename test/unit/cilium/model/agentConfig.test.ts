import assert from "node:assert/strict";
import fc from "fast-check";
import { desiredConfig, rolloutChecksum } from "../../../../components/cilium/model/agentConfig";

describe("model: desiredConfig", () => {
  it("is name and id under Cilium's keys, as text", () => {
    assert.deepEqual(desiredConfig({ name: "east", id: 7 }), { "cluster-name": "east", "cluster-id": "7" });
  });
});

describe("model: rolloutChecksum", () => {
  it("changes with name and id, and with nothing else", () => {
    const of = (name: string, id: number) => rolloutChecksum(desiredConfig({ name, id }));
    assert.equal(of("east", 7), of("east", 7));
    assert.notEqual(of("east", 7), of("east", 8));
    assert.notEqual(of("east", 7), of("west", 7));
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (config) => {
        const reversed = Object.fromEntries(Object.entries(config).reverse());
        assert.equal(rolloutChecksum(reversed), rolloutChecksum(config));
      }),
    );
  });

  it("stays what it is: another value would roll every agent of every mesh", () => {
    assert.equal(rolloutChecksum({ "cluster-name": "east", "cluster-id": "7" }), "e4b462a0452950af");
  });
});
