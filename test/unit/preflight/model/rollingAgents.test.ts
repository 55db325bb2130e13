import assert from "node:assert/strict";
import { rolloutChecksum } from "../../../../components/cilium/model/agentConfig";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { leavingAgents, rollingAgents } from "../../../../components/preflight/model/rollingAgents";
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
    assert.deepEqual(said(48), ['cluster "cluster1": 48 agents roll, to run with the name and id of the mesh']);
  });

  it("are not counted by a number that no cluster can have", () => {
    const line = ['cluster "cluster1": agents roll, to run with the name and id of the mesh'];
    for (const count of [undefined, -1, 100_001, Number.MAX_SAFE_INTEGER]) assert.deepEqual(said(count), line);
  });

  it("are one, or none, in the words for these", () => {
    assert.deepEqual(said(0), ['cluster "cluster1": no agent rolls: there are no agents']);
    assert.deepEqual(said(1), ['cluster "cluster1": 1 agent rolls, to run with the name and id of the mesh']);
    assert.deepEqual(said(1, { config: { ...SET, "cluster-id": "7" } }, ROLLED), [
      'cluster "cluster1": 1 agent is restarted where it runs with another name or id',
    ]);
    assert.deepEqual(heads([leavingAgents("west", 1), leavingAgents("west", 0)]), [
      'cluster "west": 1 agent rolls where it gets back a name or id of before',
      'cluster "west": no agent rolls: there are no agents',
    ]);
  });

  it("are none where they were rolled with them, also where another workload was not", () => {
    assert.deepEqual(said(48, { config: SET }, ROLLED), []);
  });

  it("are some where others have changed name or id since", () => {
    assert.deepEqual(said(48, { config: { ...SET, "cluster-id": "7" } }, ROLLED), [
      'cluster "cluster1": 48 agents are restarted where they run with another name or id',
    ]);
  });

  it("are none where name and id are as installed: nothing rolls there", () => {
    assert.deepEqual(said(48, {}, "", { identity: "asInstalled" }), []);
  });

  it("are not known of clusters that were not looked at", () => {
    const silent = { kind: "unreachable", cause: "network", reason: "timeout" } as const;
    const line = (why: string) => [
      `cluster "cluster1": agents were not looked at (${why}), so how many roll is not known`,
    ];
    const of = (live: LiveCluster | undefined, over: Partial<Cluster> = {}, unfit: readonly string[] = []) => {
      const seen = new Map(live === undefined ? [] : [["cluster1", live] as const]);
      return heads(rollingAgents([member(1, over)], seen, POLICY.cilium, new Set(unfit)));
    };
    assert.deepEqual(of(silent), line("it has not answered"));
    assert.deepEqual(of(undefined), line("nobody has asked it"));
    assert.deepEqual(of(undefined, { lost: true }), line("it is lost"));
    assert.deepEqual(of(undefined, { lost: true, identity: "asInstalled" }), line("it is lost"));
    assert.deepEqual(of(liveCluster(), {}, ["cluster1"]), line("it does not fit"));
    assert.deepEqual(of(liveCluster(), { identity: "asInstalled" }, ["cluster1"]), line("it does not fit"));
    assert.deepEqual(said(48, { without: ["daemonset"] }), line("DaemonSet cilium is missing"));
    assert.deepEqual(said(48, { without: ["configmap"] }), line("ConfigMap cilium-config is missing"));
  });
});
