import assert from "node:assert/strict";
import { recordedPathsOf } from "../../../components/nodePaths/model/pathVerdict";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT, runCommand } from "../support/command/runCommand";
import { ciliumNode, HEALTH } from "../support/nodePaths/healthStatus";

const INPUT = {
  ...MEMBER_INPUT,
  probePaths: true,
};

const AGENTS = { "node-1": {}, "node-2": {} };
const NODES = [ciliumNode("node-1"), ciliumNode("node-2")];

describe("the command that records a member", () => {
  async function record(given: CiliumCluster, over: object = {}) {
    const cluster = ciliumCluster("cluster1", { config: { "cluster-id": "0" }, ciliumNodes: NODES, ...given });
    const ended = await runCommand(cluster, "cluster", "record", { ...INPUT, ...over });
    assert.equal(ended.code, 0, ended.stderr);
    const { config } = JSON.parse(ended.stdout) as { config: object };
    assert.deepEqual(config, {
      "cluster-name": { kind: "absent" },
      "cluster-id": { kind: "value", value: "0", managers: [] },
    });
    const asked = cluster.callsOf("listFields").some(([kind]) => kind === "pods");
    return { ...ended, asked, paths: recordedPathsOf(ended.stdout) };
  }

  it("keeps which paths between its nodes did not work, and says so", async () => {
    const { paths, stderr } = await record({ agents: AGENTS, silent: { "node-1": [HEALTH["node-2"].host] } });
    assert.deepEqual(paths, { kind: "probed", broken: ["host node-1 → node-2"], unjudged: [] });
    assert.match(stderr, /cluster "cluster1": 3 of 4 paths between its nodes work before the change/);
    assert.match(stderr, /node-1 → node-2: the node itself 10\.1\.1\.12 does not answer/);
  });

  it("keeps that health checking is off, and does not fail", async () => {
    const config = { "cluster-id": "0", "enable-endpoint-health-checking": "false" };
    const { paths, stderr } = await record({ agents: AGENTS, config });
    const reason = "health checking is off in cluster cluster1 (enable-endpoint-health-checking)";
    assert.deepEqual(paths, { kind: "notProbed", reason });
    assert.ok(stderr.includes(reason));
  });

  it("says nothing where there are no agents", async () => {
    const { paths, stderr } = await record({ agents: {} });
    assert.equal(paths, undefined);
    assert.equal(stderr, "");
  });

  it("asks nothing where there is no check", async () => {
    const { paths, asked } = await record({ agents: AGENTS }, { probePaths: false });
    assert.deepEqual([paths, asked], [undefined, false]);
  });

  it("goes on where nodes have no addresses", async () => {
    const { paths } = await record({ agents: AGENTS, ciliumNodes: [] });
    assert.deepEqual(paths, { kind: "probed", broken: [], unjudged: ["endpoint", "host"] });
  });
});
