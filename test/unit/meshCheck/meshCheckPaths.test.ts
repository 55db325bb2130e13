import assert from "node:assert/strict";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import type { CiliumCluster } from "../support/cilium/ciliumCluster";
import { check, meshInMemory, OTHERS_READY } from "../support/command/runCommand";
import { fixture } from "../support/fixtures";
import { ciliumNode, HEALTH } from "../support/nodePaths/healthStatus";

describe("the command that checks a mesh, of the paths inside a cluster", () => {
  const mesh = { "cluster-mesh": fixture("status/ready") };
  const agents = { "node-1": mesh, "node-2": mesh };
  const ciliumNodes = [ciliumNode("node-1"), ciliumNode("node-2")];
  const cut = { "node-1": [HEALTH["node-2"].endpoint] };
  const worked = { pathsBefore: { cluster1: { kind: "probed", broken: [], unjudged: [] } } };
  const pathsOf = (stdout: string) =>
    parseCheckResult(stdout).paths.find((row) => row.kind !== "others" && row.cluster === "cluster1");
  const withAgents = (cluster: CiliumCluster) =>
    meshInMemory(OTHERS_READY, { cluster1: { agents, ciliumNodes, ...cluster } });

  it("counts them", async () => {
    const { code, stdout, stderr } = await check(withAgents({}), 5, worked);
    assert.equal(code, 0, stderr);
    assert.deepEqual(pathsOf(stdout), { cluster: "cluster1", kind: "probed", working: 4, of: 4, broken: [] });
  });

  it("fails where agents are ready and one that worked before is cut", async () => {
    const { code, stdout, stderr } = await check(withAgents({ silent: cut }), 2, worked);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /cluster "cluster1": path node-1 → node-2 is cut: the health endpoint 10\.60\.1\.44 answered before, .*; look at the routes of node-1 .*kubectl --context memory -n kube-system delete pod cilium-cluster1-node-1/,
    );
    assert.doesNotMatch(stderr, /node-2 → node-1/);
  });

  it("waits for one that comes back", async () => {
    const fake = withAgents({ silent: cut, healsAfter: 2 });
    const { code, stdout, stderr } = await check(fake, 60, worked);
    assert.equal(code, 0, stderr);
    const commands = fake.get("cluster1")?.callsOf("exec") ?? [];
    const probes = commands.filter(([, command]) => command.includes("bash"));
    assert.ok(probes.length > 2, String(probes.length));
    const row = pathsOf(stdout);
    assert.ok(row?.kind === "probed" && row.broken.length === 0);
  });

  it("warns of one that did not work before, and of one of which that is not known", async () => {
    const paths = { kind: "probed", broken: ["endpoint node-1 → node-2"], unjudged: [] };
    const fake = withAgents({ silent: cut });
    for (const [pathsBefore, words] of [
      [{ cluster1: paths }, "and did not before"],
      [{}, "and it is not known whether it did before"],
    ] as const) {
      const { code, stdout, stderr } = await check(fake, 5, { pathsBefore });
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`warning: cluster "cluster1": node-1 → node-2: .*, ${words}`));
      const row = pathsOf(stdout);
      assert.ok(row?.kind === "probed" && row.working === 3);
      assert.match(row.broken.join(), /^node-1 → node-2: the health endpoint 10\.60\.1\.44 does not answer/);
    }
  });

  it("says where health checking is off, and does not fail", async () => {
    const config = { "enable-health-checking": "false" };
    const { code, stdout, stderr } = await check(withAgents({ config, silent: cut }), 5, worked);
    assert.equal(code, 0, stderr);
    const reason = "health checking is off in cluster cluster1 (enable-health-checking)";
    assert.deepEqual(pathsOf(stdout), { cluster: "cluster1", kind: "notProbed", reason });
    assert.ok(stderr.includes(reason));
  });
});
