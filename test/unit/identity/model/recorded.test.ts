import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { otherTargets } from "../../../../components/identity/model/otherCluster";
import { readRecorded, recordedOf, targetsOf } from "../../../../components/identity/model/recorded";
import { readRecordedClusters, summaryOf } from "../../../../components/identity/model/recordedClusters";
import { lines } from "../../support/mesh/mesh";
import { recordOf, recordText } from "../../support/record";

describe("model: what is recorded of a cluster", () => {
  it("is read as it was printed", () => {
    assert.deepEqual(readRecorded(recordText()), recordOf());
  });

  it("is an error that says what to do where the command that prints it did not run", () => {
    for (const text of ["", "  ", "{}", "[]", "null", '{"config":{}}', recordText().slice(1)]) {
      assert.equal(readRecorded(text), undefined);
      assert.throws(
        () => recordedOf(text, "west"),
        /^Error: cluster "west": the state has (nothing|no record) of what this cluster was .*run pulumi up/,
      );
    }
  });

  it("is kept for the next preview without what that has no use for", () => {
    const summary = summaryOf(recordText(), "cluster1", { reapplied: "never" });
    const { cluster: uid, set, targets } = recordOf();
    assert.deepEqual(summary, { uid, set, targets, reapplied: "never" });
    assert.deepEqual(readRecordedClusters({ cluster1: summary }), { cluster1: summary });
    const lost = summaryOf(recordText({ lost: true }), "cluster1");
    assert.equal(readRecordedClusters({ cluster1: lost })["cluster1"]?.lost, true);
    for (const output of [undefined, "x", { cluster1: {} }]) assert.deepEqual(readRecordedClusters(output), {});
  });
});

describe("model: objects that a meshed cluster keeps", () => {
  const { targets } = recordOf();
  const wanted = (over: object, peers = "cilium-clustermesh") =>
    lines(otherTargets("cluster1", targets, targetsOf({ ...DEFAULT_SETTINGS.cilium, ...over }, peers)));

  it("are those that it was meshed with, each named by its setting", () => {
    const settings = [
      ...wanted({ namespace: "x", configMap: "x", daemonSet: "x", operator: "x" }, "x"),
      ...lines(
        otherTargets(
          "cluster1",
          targets,
          targetsOf({ ...DEFAULT_SETTINGS.cilium, operator: false }, "cilium-clustermesh"),
        ),
      ),
    ];
    assert.deepEqual(
      settings.map((line) => line.split(" is not ")[0]),
      [
        'cluster "cluster1": cilium.namespace "x"',
        'cluster "cluster1": cilium.configMap "x"',
        'cluster "cluster1": cilium.daemonSet "x"',
        'cluster "cluster1": cilium.operator "x"',
        'cluster "cluster1": peerSecret "x"',
        'cluster "cluster1": cilium.operator false',
      ],
    );
  });
});
