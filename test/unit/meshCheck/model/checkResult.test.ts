import assert from "node:assert/strict";
import { parseCheckResult, readinessRows, type CheckResult } from "../../../../components/meshCheck/model/checkResult";

describe("model: parseCheckResult", () => {
  const row = { cluster: "a", agent: "p", node: "n", peer: "b", ready: true, nodes: 1, identities: 1, why: "" };

  it("reads what the check prints", () => {
    const result: CheckResult = {
      clusters: ["a", "b"],
      readiness: [row],
      paths: [{ cluster: "a", kind: "notProbed", reason: "off" }],
      stalePods: [],
    };
    assert.deepEqual(parseCheckResult(JSON.stringify(result)), result);
  });
});

const bytesOf = (rows: readonly object[]) => rows.reduce((sum, row) => sum + JSON.stringify(row).length + 1, 0);

describe("model: readinessRows", () => {
  const members = ["a", "b", "c"].map((name, index) => ({ name, id: index + 1 }));
  const table = members.flatMap(({ name: cluster }) =>
    ["x", "y"].flatMap((agent) =>
      members
        .filter(({ name }) => name !== cluster)
        .map(({ name: peer }) => {
          return { cluster, agent, node: agent, peer, ready: true, nodes: 1, identities: 1, why: "" };
        }),
    ),
  );

  it("are agents and peers as long as these are few", () => {
    assert.deepEqual(readinessRows(table, bytesOf(table)), table);
  });

  it("are clusters where they are many: the state must not grow with agents times peers", () => {
    assert.deepEqual(
      readinessRows(table, bytesOf(table) - 1),
      members.map(({ name: cluster }) => ({ cluster, agents: 2, peers: 2, ready: true, notReady: [] })),
    );
  });

  it("count no cache among the agents, and name what one does not have ready", () => {
    const cache = { cluster: "a", agent: "api", reader: "kvstoremesh", node: "x", peer: "b", ready: false } as const;
    const [row] = readinessRows([{ ...cache, nodes: 0, identities: 0, why: "no" }, ...table], 300);
    assert.deepEqual(row, { cluster: "a", agents: 2, peers: 2, ready: false, notReady: ["b"] });
  });

  it("name the peers that some agent of a cluster does not see ready", () => {
    const [first, ...others] = table;
    assert.ok(first !== undefined);
    const [row] = readinessRows([{ ...first, ready: false, why: "no" }, ...others], 300);
    assert.deepEqual(row, { cluster: "a", agents: 2, peers: 2, ready: false, notReady: ["b"] });
  });
});
