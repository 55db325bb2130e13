import assert from "node:assert/strict";
import { liveSettings } from "../../../../components/preflight/model/settings";
import { lines } from "../../support/mesh/mesh";
import { found, POLICY, type LiveOptions } from "../../support/preflight/live";

type Config = NonNullable<LiveOptions["config"]>;

describe("preflight: settings of one cluster", () => {
  const settings = (config: Config, id = 101, max: 255 | 511 = 255) =>
    lines(liveSettings(found(1, { config }, { id }), { ...POLICY, maxConnectedClusters: max }));

  it("say nothing of a cluster whose ConfigMap is missing", () => {
    assert.deepEqual(liveSettings(found(1, { without: ["configmap"] }), POLICY), []);
  });

  it("max-connected-clusters is the declared one", () => {
    assert.deepEqual(settings({ "max-connected-clusters": "511" }), [
      'cluster "cluster1": live max-connected-clusters "511" is not the declared 255; set clustermesh:maxConnectedClusters to what every cluster was installed with',
    ]);
    assert.equal(settings({ "max-connected-clusters": undefined }, 101, 511).length, 1);
  });

  for (const [key, mode] of [
    ["ipam", "eni"],
    ["ipam", "alibabacloud"],
    ["cni-chaining-mode", "aws-cni"],
  ] as const) {
    it(`${key} ${mode} leaves no id with bit 7 set`, () => {
      assert.deepEqual(settings({ [key]: mode }, 128), [
        `cluster "cluster1": id 128 has bit 7 set, which IPAM mode "${mode}" needs for itself; use an id from 1 to 127`,
      ]);
      assert.deepEqual(settings({ [key]: mode }, 127), []);
    });
  }

  it("an id out of range is not told here again", () => {
    assert.deepEqual(settings({ ipam: "eni" }, 0), []);
  });
});
