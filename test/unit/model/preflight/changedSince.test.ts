import assert from "node:assert/strict";
import type { LiveCluster } from "../../../../components/model/liveCluster";
import { changedSince } from "../../../../components/model/preflight/changedSince";
import { liveCluster, managers } from "../../support/live";
import { lines, member } from "../../support/mesh";

const SET = { "cluster-name": "cluster1", "cluster-id": "101" };
const managedFields = managers({ helm: ["cluster-name"], "cilium-clustermesh": [] });

function seen(config: Readonly<Record<string, string | undefined>>, metadata: object = { managedFields }) {
  const configMetadata = { resourceVersion: "77", ...metadata };
  const live: LiveCluster = liveCluster({ config, configMetadata });
  return changedSince([member(1)], new Map([["cluster1", live]]), "cilium-config");
}

describe("model: name and id that were changed since they were set", () => {
  it("are seen by the mark of our field manager, with what tells this change from the next", () => {
    const { changes, warnings } = seen({ ...SET, "cluster-name": "default" });
    assert.deepEqual(changes, { cluster1: "cilium-config 77" });
    assert.match(
      lines(warnings)[0] ?? "",
      /^cluster "cluster1": cilium-config cluster-name "default" was changed since it was set to "cluster1"; pulumi up/,
    );
  });

  it("are seen where they are gone", () => {
    assert.deepEqual(Object.keys(seen({ ...SET, "cluster-id": undefined }).changes), ["cluster1"]);
  });

  it("are none where they are as they were set, or were never set by us", () => {
    const none = { changes: {}, warnings: [] };
    assert.deepEqual(seen(SET), none);
    assert.deepEqual(seen({}, {}), none);
  });

  it("are not looked for in a cluster that does not answer", () => {
    const gone: LiveCluster = { kind: "unreachable", reason: "refused" };
    const { changes } = changedSince([member(1)], new Map([["cluster1", gone]]), "cilium-config");
    assert.deepEqual(changes, {});
  });
});
