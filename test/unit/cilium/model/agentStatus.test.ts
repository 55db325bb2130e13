import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parseAgentStatus,
  parseCacheStatus,
  type AgentReport,
  type PeerStatus,
} from "../../../../components/cilium/model/agentStatus";
import { readinessProblems, readinessTable, statusCause } from "../../../../components/cilium/model/readiness";
import { agentStatusJson, fixture } from "../../support/fixtures";
import { clusterName, lines } from "../../support/mesh/mesh";

const MEMBERS = [1, 2, 3].map((n) => ({ name: clusterName(n), id: 100 + n }));

/** What an agent of the first cluster says, whose mesh is as recorded. */
function report(clusterMesh: string | undefined): AgentReport {
  const peers = parseAgentStatus(agentStatusJson(clusterMesh));
  return { cluster: "cluster1", pod: "cilium-x7x2p", node: "node-1", peers };
}

const why = (clusterMesh: string | undefined) =>
  readinessTable(MEMBERS, [report(clusterMesh)]).map(({ peer, why: reason }) => [peer, reason]);

describe("model: parseAgentStatus", () => {
  it("reads the status of an agent", () => {
    const peer = (n: number) => ({
      ...{ name: `cluster${String(n)}`, id: 100 + n, ready: true, connected: true, unsynced: [] },
      reads: "direct",
      ...{ nodes: 2, identities: 5, endpoints: 9 },
      status: `etcd: 1/1 connected, leases=0, lock leases=0, has-quorum=true: https://10.1.${String(n)}.1:2379 - 3.4.36 (Leader), ID: 63ba3d0b4cf4c4f1`,
    });
    assert.deepEqual(parseAgentStatus(agentStatusJson("ready")), [peer(2), peer(3)]);
  });

  it("fills in what the API leaves out when it is false or 0", () => {
    const [first] = parseAgentStatus(agentStatusJson("not-connected"));
    const unsynced = ["nodes", "endpoints", "identities", "services"];
    const status = "Waiting for initial connection to be established";
    const expected: PeerStatus = {
      name: "cluster2",
      ready: false,
      connected: false,
      id: 0,
      reads: "direct",
      nodes: 0,
      identities: 0,
      endpoints: 0,
      unsynced,
      status,
    };
    assert.deepEqual(first, expected);
  });

  it("reads an agent without a mesh, and one without peers", () => {
    assert.deepEqual(parseAgentStatus(agentStatusJson(undefined)), []);
    assert.deepEqual(parseAgentStatus(agentStatusJson("no-peers")), []);
  });

  it("refuses what is no status", () => {
    for (const text of ["", "Cilium: Ok", "[]", '{"cluster-mesh":{"clusters":[{}]}}']) {
      assert.throws(() => parseAgentStatus(text), Error, text);
    }
  });
});

describe("model: parseCacheStatus", () => {
  const text = (name: string) => JSON.stringify(fixture(`status/${name}`));

  it("reads the list that KVStoreMesh prints, in which false and 0 are left out", () => {
    const [waiting, ready] = parseCacheStatus(text("cache-waiting"));
    assert.deepEqual(
      [waiting?.name, waiting?.ready, waiting?.connected, waiting?.id, waiting?.unsynced],
      ["cluster2", false, false, 0, ["nodes", "endpoints", "identities"]],
    );
    assert.deepEqual([ready?.name, ready?.ready, ready?.id, ready?.identities], ["cluster3", true, 103, 8]);
  });

  it("reads that it knows no peer", () => {
    assert.deepEqual([parseCacheStatus("[]"), parseCacheStatus("null")], [[], []]);
  });

  it("refuses what is no such list", () => {
    for (const said of ["", "Failed to retrieve status information", "{}", "[{}]", agentStatusJson("ready")]) {
      assert.throws(() => parseCacheStatus(said), Error, said);
    }
  });
});

describe("model: verdicts where a cache is read", () => {
  const at = { cluster: "cluster1", node: "n" };
  const whys = (...reports: readonly AgentReport[]) =>
    readinessTable(MEMBERS, reports).map(({ reader, peer, why: reason }) => [reader, peer, reason]);

  it("are of KVStoreMesh and in its name", () => {
    const peers = parseCacheStatus(JSON.stringify(fixture("status/cache-ready"))).slice(1);
    assert.deepEqual(whys({ ...at, pod: "api", reader: "kvstoremesh", peers, emptying: [] }), [
      ["kvstoremesh", "cluster2", "KVStoreMesh does not know this peer"],
      ["kvstoremesh", "cluster3", ""],
    ]);
    assert.match(
      String(whys({ ...at, pod: "api", reader: "kvstoremesh", peers, emptying: ["cluster2"] })[0]),
      /emptied/,
    );
  });

  it("are none where an agent has what it has from its cache, and have a cause where it has not", () => {
    const peers = parseAgentStatus(agentStatusJson("ready"));
    const report = { ...at, pod: "p", reader: "agentOfCache" } as const;
    assert.deepEqual(whys({ ...report, peers: peers.map((peer) => ({ ...peer, reads: "cached" })) }), [
      [undefined, "cluster2", ""],
      [undefined, "cluster3", ""],
    ]);
    const reports = [{ ...report, peers }];
    const [line] = readinessTable(MEMBERS, reports);
    assert.match(line?.why ?? "", /^is read from its own etcd, not from the cache$/);
    assert.ok(line !== undefined);
    assert.match(statusCause(MEMBERS, reports, line)?.fix ?? "", /leads to clustermesh-apiserver/);
  });

  it("of a configuration that is missing send to the cache and not to the peer", () => {
    const peers = parseAgentStatus(agentStatusJson("config-not-retrieved"));
    const reports = [{ ...at, pod: "p", reader: "agentOfCache", peers } as const];
    const [line] = readinessTable(MEMBERS, reports);
    assert.ok(line !== undefined);
    assert.match(
      statusCause(MEMBERS, reports, line)?.sentence ?? "",
      /^the etcd of this cluster's clustermesh-apiserver/,
    );
  });

  it("do not stand for agents: a cluster without any is named", () => {
    const peers = parseCacheStatus(JSON.stringify(fixture("status/cache-ready")));
    const [first] = lines(
      readinessProblems(MEMBERS.slice(0, 1), [{ ...at, pod: "api", reader: "kvstoremesh", peers }]),
    );
    assert.equal(first, 'cluster "cluster1": there are no agents; run Cilium on its nodes');
  });
});

describe("model: verdicts on a peer", () => {
  const expected: Readonly<Record<string, string>> = {
    ready: "",
    "not-connected": "not connected: Waiting for initial connection to be established",
    "wrong-id": "has id 112, declared is 102",
    "config-not-retrieved": "its cluster configuration was not retrieved yet",
    "not-synced": "not ready: endpoints, identities not synchronised yet",
  };
  for (const [recorded, reason] of Object.entries(expected)) {
    it(`${recorded}: ${reason === "" ? "ready" : reason}`, () => {
      assert.deepEqual(why(recorded), [
        ["cluster2", reason],
        ["cluster3", ""],
      ]);
    });
  }

  it("no mesh: the agent does not know its peers", () => {
    const unknown = "the agent does not know this peer";
    assert.deepEqual(why(undefined), [
      ["cluster2", unknown],
      ["cluster3", unknown],
    ]);
    assert.deepEqual(why("no-peers"), why(undefined));
  });

  it("an agent that says nothing: its error, for each peer", () => {
    const silent: AgentReport = { cluster: "cluster1", pod: "p", node: "n", peers: { error: "no answer within 20 s" } };
    assert.deepEqual(
      readinessTable(MEMBERS, [silent]).map((line) => [line.ready, line.why]),
      [
        [false, "no answer within 20 s"],
        [false, "no answer within 20 s"],
      ],
    );
  });

  it("ready is what the agent says and never more", () => {
    const peers = parseAgentStatus(agentStatusJson("ready")).map((peer) => ({ ...peer, ready: false }));
    const table = readinessTable(MEMBERS, [{ cluster: "cluster1", pod: "p", node: "n", peers }]);
    assert.deepEqual(
      table.map((line) => line.ready),
      [false, false],
    );
  });
});

describe("model: readinessTable", () => {
  it("has a line for every agent and every other cluster: N·(N−1) directed pairs", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 12 }), (agents) => {
        const members = agents.map((_, index) => ({ name: clusterName(index), id: index + 1 }));
        const reports = agents.flatMap((count, index) =>
          Array.from({ length: count }, (_, pod): AgentReport => ({
            cluster: clusterName(index),
            pod: `${String(index)}-${String(pod)}`,
            node: "n",
            peers: members.filter((_member, other) => other !== index).map(({ name, id }) => ({ ...READY, name, id })),
          })),
        );
        const table = readinessTable(members, reports);
        const n = members.length;
        assert.equal(table.length, agents.reduce((sum, count) => sum + count, 0) * (n - 1));
        assert.equal(new Set(table.map((line) => `${line.cluster}>${line.peer}`)).size, n * (n - 1));
        assert.ok(table.every((line) => line.ready && line.cluster !== line.peer));
        assert.deepEqual(readinessProblems(members, reports), []);
      }),
    );
  });
});

const READY = {
  reads: "direct",
  ready: true,
  connected: true,
  nodes: 1,
  identities: 1,
  endpoints: 1,
  unsynced: [],
  status: "",
} as const;

describe("model: readinessProblems", () => {
  it("names agent, node, peer and reason, and clusters without agents", () => {
    assert.deepEqual(lines(readinessProblems(MEMBERS.slice(0, 2), [report("wrong-id")])), [
      'cluster "cluster2": there are no agents; run Cilium on its nodes',
      'cluster "cluster1": agent cilium-x7x2p on node node-1, peer "cluster2" has id 112, declared is 102; see what cilium-dbg troubleshoot says below',
    ]);
  });
});

describe("model: statusCause", () => {
  const causes = (clusterMesh: string, ids: readonly number[] = [101, 102, 103]) => {
    const members = ids.map((id, index) => ({ name: clusterName(index + 1), id }));
    const reports = [report(clusterMesh)];
    const [line] = readinessTable(members, reports);
    assert.ok(line);
    return statusCause(members, reports, line)?.sentence;
  };

  it("is none for a peer that is not connected, or merely late", () => {
    assert.equal(causes("not-connected"), undefined);
    assert.equal(causes("not-synced"), undefined);
    assert.equal(causes("ready"), undefined);
  });

  it("is a configuration that was not written or may not be read", () => {
    assert.match(causes("config-not-retrieved") ?? "", /^its etcd has no cilium\/cluster-config\/cluster2, or/);
  });

  it("is another id, and a duplicate where another cluster has it", () => {
    assert.equal(causes("wrong-id"), "its cilium-config or its etcd says otherwise");
    assert.equal(causes("wrong-id", [101, 102, 112]), "which is that of cluster3: a duplicate id");
    assert.equal(causes("wrong-id", [112, 102, 103]), "which is this cluster's own: a duplicate id");
  });

  it("takes the place of what troubleshoot says, and comes after the reason", () => {
    const cause = { sentence: "the wire is cut", fix: "repair it" };
    const members = MEMBERS.slice(0, 2);
    const [line] = lines(readinessProblems(members, [report("wrong-id")], members, () => cause)).slice(1);
    assert.match(line ?? "", /peer "cluster2" has id 112, declared is 102: the wire is cut; repair it$/);
  });
});
