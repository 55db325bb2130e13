import assert from "node:assert/strict";
import { formerNodes, HIDDEN, KEPT, leaseSeconds } from "../../../../components/cilium/model/nodeKeys";

const NODES = "cilium/state/nodes/v1";
const LISTING = [
  'time=2026-11-24T06:18:53Z level=info msg="Creating etcd client" subsys=cilium-dbg',
  `${NODES}/cluster1/node1 => {"Name":"node1","Labels":{"a":"b => c"}}`,
  `${NODES}/cluster1/node2 => {"Name":"node2"}`,
  `${NODES}/cluster1/node3 => ${HIDDEN}`,
  `${NODES}/cluster1/node4 => ${KEPT}`,
  `${NODES}/cluster11/node1 => {}`,
  `${NODES}/default/node1 => {}`,
  `${NODES}/default/node3 => {}`,
  `${NODES}/default/node4 => {}`,
  `${NODES}/cluster1/ => {}`,
  "",
].join("\n");

describe("model: keys of a cluster's nodes", () => {
  it("are left behind where the node's agent runs with the other name, with all that they hold; others may be in use", () => {
    assert.deepEqual(formerNodes(LISTING, { from: "cluster1", to: "default" }), {
      leftBehind: [
        [`${NODES}/cluster1/node1`, '{"Name":"node1","Labels":{"a":"b => c"}}'],
        [`${NODES}/cluster1/node4`, KEPT],
      ],
      notRenamed: 1,
      hidden: [`${NODES}/cluster1/node3`],
    });
    assert.deepEqual(formerNodes(LISTING, { from: "default", to: "other" }), {
      leftBehind: [],
      notRenamed: 3,
      hidden: [],
    });
    assert.deepEqual(formerNodes("", { from: "default", to: "other" }), { leftBehind: [], notRenamed: 0, hidden: [] });
  });

  it("hold what no JSON is when they are hidden, so that no agent of any version takes it for a node", () => {
    for (const text of [HIDDEN, KEPT]) assert.throws(() => JSON.parse(text) as unknown);
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
  ] as const) {
    it(`is ${seconds} of ${JSON.stringify(text)}`, () => {
      assert.equal(leaseSeconds({ "kvstore-lease-ttl": text }), seconds);
    });
  }

  it("is Cilium's default where it is not set", () => {
    assert.equal(leaseSeconds({}), 900);
  });
});
