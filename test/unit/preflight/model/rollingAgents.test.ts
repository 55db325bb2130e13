import assert from "node:assert/strict";
import { rolloutChecksum } from "../../../../components/cilium/model/agentConfig";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { rollingAgents } from "../../../../components/preflight/model/rollingAgents";
import { heads, member } from "../../support/mesh/mesh";
import { liveCluster, POLICY, recorded, type LiveOptions } from "../../support/preflight/live";

const SET = { "cluster-name": "cluster1", "cluster-id": "101" };
const ROLLED = rolloutChecksum(SET);

/** What is said of cluster1, which has so many agents, rolled with this value of the annotation. */
function said(count: unknown, options: LiveOptions = {}, annotation = "", over: Partial<Cluster> = {}) {
  const daemonSet = { ...recorded("daemonset"), status: { desiredNumberScheduled: count } };
  const rollouts = { "daemonset/cilium": { annotation, generation: 3 } };
  const seen: LiveCluster = { ...liveCluster({ daemonSet, ...options }), rollouts };
  return heads(rollingAgents([member(1, over)], new Map([["cluster1", seen]]), POLICY.cilium));
}

describe("model: agents that roll", () => {
  it("are all of a cluster that was not rolled with its name and id", () => {
    assert.deepEqual(said(48), ['cluster "cluster1": agents 48 roll, to run with the name and id of the mesh']);
  });

  it("are not counted by a number that no cluster can have", () => {
    const line = ['cluster "cluster1": agents roll, to run with the name and id of the mesh'];
    for (const count of [undefined, -1, 100_001, Number.MAX_SAFE_INTEGER]) assert.deepEqual(said(count), line);
    assert.deepEqual(said(0), ['cluster "cluster1": agents 0 roll, to run with the name and id of the mesh']);
  });

  it("are none where they were rolled with them, also where another workload was not", () => {
    assert.deepEqual(said(48, { config: SET }, ROLLED), []);
  });

  it("are some where others have changed name or id since", () => {
    assert.deepEqual(said(48, { config: { ...SET, "cluster-id": "7" } }, ROLLED), [
      'cluster "cluster1": agents 48 are restarted where they run with another name or id',
    ]);
  });

  it("are none where name and id are as installed, and where there are no agents", () => {
    assert.deepEqual(said(48, {}, "", { identity: "asInstalled" }), []);
    assert.deepEqual(said(48, { without: ["daemonset"] }), []);
    assert.deepEqual(said(48, { without: ["configmap"] }), []);
  });

  it("are not known of clusters that were not looked at", () => {
    const silent = { kind: "unreachable", cause: "network", reason: "timeout" } as const;
    const line = (name: string) => `cluster "${name}": agents were not looked at, so how many roll is not known`;
    assert.deepEqual(heads(rollingAgents([member(1), member(2)], new Map([["cluster1", silent]]), POLICY.cilium)), [
      line("cluster1"),
      line("cluster2"),
    ]);
  });
});
