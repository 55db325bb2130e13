import assert from "node:assert/strict";
import {
  HIDDEN,
  HIDDEN_LATE,
  leaseSeconds,
  leftBehind,
  nodeKeysIn,
  notRenamed,
} from "../../../../components/cilium/model/nodeKeys";

const NODES = "cilium/state/nodes/v1";
const LISTING = [
  'time=2026-11-24T06:18:53Z level=info msg="Creating etcd client" subsys=cilium-dbg',
  `${NODES}/cluster1/node1 => {"Name":"node1","Labels":{"a":"b => c"}}`,
  `${NODES}/cluster1/node2 => {"Name":"node2"}`,
  `${NODES}/cluster1/node3 => ${HIDDEN}`,
  `${NODES}/cluster1/node4 => ${HIDDEN_LATE}`,
  `${NODES}/cluster11/node1 => {}`,
  `${NODES}/default/node1 => {}`,
  `${NODES}/default/node3 => {}`,
  `${NODES}/cluster1/ => {}`,
  "",
].join("\n");

describe("model: keys of a cluster's nodes", () => {
  it("are read by agents, or hidden from them, and then known to some or to none", () => {
    assert.deepEqual(nodeKeysIn(LISTING, "cluster1"), {
      shown: [`${NODES}/cluster1/node1`, `${NODES}/cluster1/node2`],
      known: [`${NODES}/cluster1/node4`],
      hidden: [`${NODES}/cluster1/node3`],
    });
    assert.deepEqual(nodeKeysIn("", "cluster1"), { shown: [], known: [], hidden: [] });
  });

  it("are left behind where the node's agent runs with the other name, with all that they hold; hidden ones are not", () => {
    const names = { from: "cluster1", to: "default" };
    assert.deepEqual(leftBehind(LISTING, names), [
      [`${NODES}/cluster1/node1`, '{"Name":"node1","Labels":{"a":"b => c"}}'],
    ]);
    assert.deepEqual(notRenamed(LISTING, names), ["node2", "node4"]);
    assert.deepEqual(leftBehind(LISTING, { from: "default", to: "other" }), []);
    assert.deepEqual(notRenamed(LISTING, { from: "default", to: "other" }), ["node1", "node3"]);
  });

  it("do not show that an agent runs with the other name where they are hidden there: they are from before", () => {
    const names = { from: "default", to: "cluster1" };
    assert.deepEqual(notRenamed(LISTING, names), ["node3"]);
    assert.deepEqual(leftBehind(LISTING, names), [[`${NODES}/default/node1`, "{}"]]);
  });

  it("hold what no JSON is when they are hidden, so that no agent of any version takes it for a node", () => {
    for (const value of [HIDDEN, HIDDEN_LATE]) assert.throws(() => JSON.parse(value) as unknown);
  });
});

describe("model: leaseSeconds", () => {
  for (const [text, seconds] of [
    ["15m0s", 900],
    ["30s", 30],
    ["1h30m", 5400],
    ["1.5m", 90],
    ["0s", 900],
    ["", 900],
    ["soon", 900],
    ["-30s", 900],
    ["500ms", 900],
    ["9999h", 86_400],
  ] as const) {
    it(`is ${seconds} of ${JSON.stringify(text)}`, () => {
      assert.equal(leaseSeconds({ "kvstore-lease-ttl": text }), seconds);
    });
  }

  it("is Cilium's default where it is not set", () => {
    assert.equal(leaseSeconds({}), 900);
  });
});
