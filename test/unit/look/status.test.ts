import assert from "node:assert/strict";
import { error, warning } from "../../../components/mesh/model/diagnostic";
import type { MeshView } from "../../../look/model/view";
import { meshInMemory, OTHERS_READY, READY, recorded } from "../support/command/runCommand";
import { textFixture } from "../support/fixtures";
import { omit } from "../support/omit";
import { stackOfMembers, statusOf, worldOf } from "../support/look/liveWorld";

const WELL = { cluster1: READY, ...OTHERS_READY };

const finding = { cluster: "cluster1", property: "cilium-config cluster-id", reason: "was changed", fix: "see" };
const unreachable = { kind: "unreachable", cause: "network", reason: "no answer within 1 s" } as const;

describe("status of a live mesh", () => {
  it("is 0 where all is well, and says so of every cluster and pair", async () => {
    const { code, text } = await statusOf(worldOf(meshInMemory(WELL)));
    assert.equal(code, 0, text);
    assert.match(text, /^cluster1 +101 +kvstore +1\/1 +as configured$/m);
    assert.match(text, /^6 of 6 pairs ready/m);
    assert.doesNotMatch(text, /problems|not seen \(/);
  });

  it("says where nothing is deployed yet what to run", async () => {
    const unready = { cluster1: { ready: false }, cluster2: { ready: false }, cluster3: { ready: false } };
    const DEPLOYED =
      /mesh: no cluster has anything of it: nothing is deployed, or not any more; pulumi up --stack test /;
    assert.match((await statusOf(worldOf(meshInMemory(unready)))).text, DEPLOYED);
    assert.doesNotMatch((await statusOf(worldOf(meshInMemory(WELL)))).text, DEPLOYED);
  });

  it("changes nothing, and runs nothing but what asks agents", async () => {
    const mesh = meshInMemory(WELL);
    await statusOf(worldOf(mesh));
    for (const cluster of mesh.values()) {
      const commands = cluster.callsOf("exec").map(([, command]) => command.join(" "));
      assert.deepEqual([...new Set(commands)], ["cilium-dbg status -o json"]);
      const calls = cluster.calls.filter(({ do: call }) => call !== "exec");
      assert.ok(
        calls.every(({ do: call }) => /^(object|list|logs)/.test(call)),
        JSON.stringify(calls),
      );
    }
  });

  it("is 1 where an agent does not see a peer, with the cause", async () => {
    const troubleshoot = textFixture("troubleshoot/expired.txt");
    const mesh = meshInMemory({ ...WELL, cluster1: recorded("not-connected") }, { cluster1: { troubleshoot } });
    const { code, text } = await statusOf(worldOf(mesh));
    assert.equal(code, 1);
    assert.match(text, /cluster1 → cluster2: 0 of 1 ready; not connected/);
    assert.match(text, /- cluster "cluster1": agent cilium-cluster1 on node node1, peer "cluster2" .*expired/);
  });

  it("is 1 where agents are not ready, or fewer than there should be", async () => {
    const { code, text } = await statusOf(worldOf(meshInMemory(WELL, { cluster2: { ready: false } })));
    assert.equal(code, 1);
    assert.match(text, /cluster "cluster2": agents are ready on 0 of 1 nodes; see kubectl -n kube-system/);
  });

  it("is 1 for drift, though that is a warning, and names what the cluster has instead", async () => {
    const options = { cluster1: { config: { "cluster-name": "cluster1", "cluster-id": "7" } } };
    const { code, text } = await statusOf(worldOf(meshInMemory(WELL), { options, diagnostics: [warning(finding)] }));
    assert.equal(code, 1);
    assert.match(text, /^cluster1 +101 .*cluster-id is "7"$/m);
    assert.match(text, /- cluster "cluster1": cilium-config cluster-id was changed; see/);
  });

  it("is 2 where a cluster does not answer and all that was seen is well, and says which", async () => {
    const access = [error({ ...finding, property: "API server", reason: "cannot be reached" })];
    const world = worldOf(meshInMemory(WELL), { live: { cluster1: unreachable }, access });
    const { code, text } = await statusOf(world);
    assert.equal(code, 2, text);
    assert.match(text, /^cluster1 .* \? +not seen: no answer within 1 s$/m);
    assert.match(text, /not seen \(1\)\n {2}- cluster "cluster1": API server cannot be reached; see/);
    assert.match(text, /^4 of 6 pairs ready/m);
  });

  it("is 1 where one does not answer and something of another is wrong", async () => {
    const world = worldOf(meshInMemory(WELL, { cluster2: { ready: false } }), { live: { cluster1: unreachable } });
    assert.equal((await statusOf(world)).code, 1);
  });

  it("looks at the others where contact to one breaks off", async () => {
    const mesh = new Map(meshInMemory(WELL));
    mesh.delete("cluster3");
    const { code, text } = await statusOf(worldOf(mesh));
    assert.equal(code, 2, text);
    assert.match(text, /cluster "cluster3": nothing is known of cluster3/);
  });

  it("says of an encrypted kubeconfig that it is one", async () => {
    const read = stackOfMembers();
    const first = omit(read.description.clusters["cluster1"] ?? { id: 0 }, "context");
    const description = { ...read.description, clusters: { ...read.description.clusters, cluster1: first } };
    const stack = { ...read, description, encrypted: ["clusters.cluster1.kubeconfig"] };
    const { code, text } = await statusOf(worldOf(meshInMemory(WELL)), false, stack);
    assert.equal(code, 2, text);
    assert.match(text, /cluster "cluster1": its kubeconfig is encrypted in the stack's file; give a context/);
  });

  it("prints the same as JSON", async () => {
    const { code, text } = await statusOf(worldOf(meshInMemory(WELL)), true);
    const view = JSON.parse(text) as MeshView;
    assert.equal(code, 0);
    assert.equal(view.at, "2026-12-01T00:00:00.000Z");
    assert.deepEqual(
      view.clusters.map(({ name, agents }) => [name, agents]),
      ["cluster1", "cluster2", "cluster3"].map((name) => [name, { ready: 1, of: 1 }]),
    );
    assert.equal(view.pairs.length, 6);
  });

  it("shows nothing of a cluster that a terminal would obey", async () => {
    const evil = "\u001b]0;pwned\u0007\u202e\nall is well";
    const hostile = JSON.parse(
      JSON.stringify(recorded("not-connected")).replaceAll(
        '"status":"',
        `"status":${JSON.stringify(evil).slice(0, -1)}`,
      ),
    ) as object;
    const options = { cluster2: { config: { "cluster-name": evil, "cluster-id": "102" } } };
    for (const json of [false, true]) {
      const { text } = await statusOf(worldOf(meshInMemory({ ...WELL, cluster1: hostile }), { options }), json);
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      assert.doesNotMatch(text, /^all is well/m);
      assert.match(text, /u001b/);
    }
  });
});
