import assert from "node:assert/strict";
import fc from "fast-check";
import { agentCounts, connectionsWarning, servedConnections } from "../../../../components/preflight/model/connections";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { liveCluster } from "../../support/preflight/live";
import { clusterName, heads } from "../../support/mesh/mesh";

const names = (n: number) => Array.from({ length: n }, (_, index) => clusterName(index + 1));
const counts = (...agents: readonly number[]) => new Map(agents.map((count, index) => [clusterName(index + 1), count]));

describe("model: connections that an etcd serves", () => {
  it("are those of all agents of all other clusters", () => {
    const served = servedConnections(names(3), counts(2, 3, 10));
    assert.deepEqual(
      served.map(({ connections }) => connections),
      [13, 12, 5],
    );
  });

  it("are (N-1)n each and Nn(N-1) in all, where clusters are of one size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 511 }), fc.integer({ min: 0, max: 5000 }), (size, n) => {
        const served = servedConnections(names(size), counts(...names(size).map(() => n)));
        assert.ok(served.every(({ connections }) => connections === (size - 1) * n));
        assert.equal(
          served.reduce((sum, { connections }) => sum + connections, 0),
          size * n * (size - 1),
        );
      }),
    );
  });

  it("are reckoned by the average where a cluster could not be counted", () => {
    const served = servedConnections(names(4), counts(10, 20));
    assert.deepEqual(
      served.map(({ connections, counted, peers }) => [connections, counted, peers]),
      [
        [50, 1, 3],
        [40, 1, 3],
        [45, 2, 3],
        [45, 2, 3],
      ],
    );
  });
});

function withAgents(count: number): LiveCluster {
  const live = liveCluster();
  assert.ok(live.agent !== undefined);
  return { ...live, agent: { ...live.agent, count } };
}

describe("model: who reads peers in a cluster", () => {
  const live = new Map<string, LiveCluster>([
    ["cluster1", withAgents(3000)],
    ["cluster2", withAgents(4000)],
    ["cluster3", { kind: "unreachable", cause: "other", reason: "no answer" }],
  ]);

  it("are its agents, or the replicas with a cache in their place", () => {
    assert.deepEqual([...agentCounts(live)], [...counts(3000, 4000)]);
    const cached = agentCounts(live, new Map([["cluster2", 2]]));
    assert.deepEqual([...cached], [...counts(3000, 2)]);
    assert.equal(connectionsWarning(names(2), cached, 3000).length, 1);
    assert.equal(connectionsWarning(names(2), cached, 3001).length, 0);
  });
});

describe("model: the warning of too many connections", () => {
  const said = (size: number, agents: readonly number[], warning: number) =>
    heads(connectionsWarning(names(size), counts(...agents), warning));

  it("begins at the threshold, and is one line about the etcd that serves most", () => {
    assert.deepEqual(said(3, [1, 30, 20], 50), [
      'cluster "cluster1": etcd connections 50 is what this etcd serves from the agents and caches of 2 peers',
    ]);
    assert.deepEqual(said(3, [1, 30, 20], 51), []);
  });

  it("says what it has counted, and speaks of a cluster that it has asked", () => {
    assert.deepEqual(said(64, [0, 100], 5000), []);
    assert.deepEqual(said(64, [100], 5000), [
      'cluster "cluster1": etcd connections 6300 is what this etcd serves from the agents and caches of 63 peers, 0 of them counted and the others taken for their average',
    ]);
  });

  it("begins at 5000 for any mesh", () => {
    const count = (most: number) => connectionsWarning(names(3), counts(1, most, 2000)).length;
    assert.deepEqual([count(2999), count(3000)], [0, 1]);
  });

  it("is not said where nobody could be asked", () => {
    assert.deepEqual(said(255, [], 1), []);
  });
});
