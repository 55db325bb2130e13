import assert from "node:assert/strict";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import {
  check,
  MEMBERS,
  meshInMemory,
  type MeshInMemory,
  OTHERS_READY,
  READY,
  recorded,
} from "../support/command/runCommand";
import { textFixture } from "../support/fixtures";

describe("the command that checks a mesh, of peers that have left", () => {
  /** A check of two members after one of three: their agents list all three. */
  function afterLeaving(previous: readonly string[]) {
    const mesh = meshInMemory({ cluster1: READY, ...OTHERS_READY });
    const members = MEMBERS.slice(0, 2).map((each) => ({ ...each, context: each.name }));
    const printed = JSON.stringify({ clusters: previous, readiness: [], paths: [], stalePods: [] });
    return check(mesh, 1, { clusters: members }, printed);
  }

  it("fails where an agent still lists one that was there the last time", async () => {
    const { code, stdout, stderr } = await afterLeaving(["cluster2", "cluster3"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /agents still list peers that have left after 1 s \(2 problems\)/);
    assert.match(stderr, /cluster "cluster2": agent cilium-cluster2 on node node1, peer "cluster3" is still listed/);
  });

  it("has nothing against peers that were never declared", async () => {
    const { code, stderr } = await afterLeaving(["cluster2"]);
    assert.equal(code, 0, stderr);
  });
});

describe("the command that checks a mesh, of new connections", () => {
  const saying = (...files: readonly string[]) => {
    const troubleshoot = files.map((file) => textFixture(`troubleshoot/${file}.txt`));
    return meshInMemory({ cluster1: READY, ...OTHERS_READY }, { cluster1: { troubleshoot } });
  };
  const dialled = (mesh: MeshInMemory) =>
    [...mesh].map(([name, cluster]) => {
      const asked = cluster.callsOf("exec").filter(([, command]) => command.includes("troubleshoot"));
      return [name, asked.length];
    });

  it("asks one agent of each cluster, once where all is well", async () => {
    const fake = saying("healthy");
    const { code, stderr } = await check(fake, 5);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      dialled(fake),
      MEMBERS.map(({ name }) => [name, 1]),
    );
  });

  it("fails where agents are ready and a certificate no longer works, with cause and text", async () => {
    const fake = saying("client-expired");
    const { code, stdout, stderr } = await check(fake, 1);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /every peer is ready, but new connections to peers do not open after 1 s \(1 problem\)/);
    assert.match(
      stderr,
      /cluster "cluster1": agent cilium-cluster1 on node node1, peer "cluster2" gets no new connection to its etcd: .*takes for expired/,
    );
    assert.match(
      stderr,
      /--- cluster cluster1, agent cilium-cluster1: cilium-dbg troubleshoot clustermesh\n\| Found 2/,
    );
  });

  it("asks again, where it failed, for the kubelet may still be bringing the files", async () => {
    const fake = saying("client-expired", "healthy");
    const { code, stderr } = await check(fake, 60);
    assert.equal(code, 0, stderr);
    assert.deepEqual(dialled(fake), [
      ["cluster1", 2],
      ["cluster2", 1],
      ["cluster3", 1],
    ]);
  });
});

describe("the command that checks a mesh, of peers of other stacks", () => {
  /** A check of cluster1 alone, whose peers other stacks look after. */
  function alone(status: object, requireExternalPeers: boolean) {
    const mesh = meshInMemory({ cluster1: status });
    const [own, ...others] = MEMBERS;
    const members = [{ ...own, context: "cluster1" }];
    return check(mesh, 1, { clusters: members, externalPeers: others, requireExternalPeers });
  }
  const ready = (stdout: string) =>
    parseCheckResult(stdout).readiness.map((row) => ["peer" in row ? row.peer : "", row.ready]);

  it("names those that are not ready, keeps them in the table, and does not fail", async () => {
    const { code, stdout, stderr } = await alone(recorded("wrong-id"), false);
    assert.equal(code, 0, stderr);
    assert.deepEqual(ready(stdout), [
      ["cluster2", false],
      ["cluster3", true],
    ]);
    assert.match(stderr, /warning: peer "cluster2" of another stack is not ready for 1 agent: has id 112/);
    assert.deepEqual(parseCheckResult(stdout).clusters, ["cluster1", "cluster2", "cluster3"]);
  });

  it("fails with them where they are required, and only then", async () => {
    const { code, stderr } = await alone(recorded("wrong-id"), true);
    assert.equal(code, 1);
    assert.match(stderr, /the mesh is not ready after 1 s \(1 problem\)/);
    assert.match(stderr, /cluster "cluster1": agent cilium-cluster1 on node node1, peer "cluster2" has id 112/);
    const well = await alone(READY, true);
    assert.equal(well.code, 0, well.stderr);
    assert.deepEqual(ready(well.stdout), [
      ["cluster2", true],
      ["cluster3", true],
    ]);
  });
});
