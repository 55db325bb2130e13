import assert from "node:assert/strict";
import type { Reads } from "../../../components/mesh/model/publication";
import { runMesh, type MeshRun } from "../support/meshProgram";

const STEM = "clustermesh-cluster1";
const FOUND = {
  endpoints: ["https://cluster1.mesh.cilium.io:32379"],
  hostAliases: { "cluster1.mesh.cilium.io": ["10.1.1.7"] },
};

const meshOf = (reads: Reads, reapply?: string) =>
  runMesh(
    {
      apiservers: [1],
      specs: { 1: { reads } },
      observed: { cluster1: { seenAs: "uid", found: FOUND, ...(reapply === undefined ? {} : { reapply }) } },
    },
    true,
  );

/** The names of what a resource waits for by itself. */
function waitsFor(ran: MeshRun, name: string): readonly string[] {
  const { dependencies } = ran.resources.find((each) => each.name === name) ?? assert.fail(name);
  return ran.resources.flatMap((each) => (dependencies.includes(each.urn) ? [each.name] : []));
}

const commands = (ran: MeshRun) =>
  ran.all("local:Command").flatMap(({ name }) => (/-caches-/.test(name) ? [name] : []));

describe("components: how agents read their peers", () => {
  it("by a cache, which they are led to once it is filled", async () => {
    const ran = await meshOf("cached");
    assert.deepEqual(commands(ran), [`${STEM}-caches-ready`]);
    assert.ok(waitsFor(ran, `${STEM}-peers`).includes(`${STEM}-caches-ready`));
    assert.ok(waitsFor(ran, `${STEM}-caches-ready`).includes(`${STEM}-caches`));
    const { inputs } = ran.one("Command", `${STEM}-caches-ready`);
    assert.deepEqual([inputs["create"], inputs["update"], inputs["delete"]], ["awaitCaches", "awaitCaches", undefined]);
  });

  it("by a cache that is written again, which they are led to in the same way", async () => {
    const environment = async (reapply?: string) =>
      JSON.stringify((await meshOf("cached", reapply)).one("Command", `${STEM}-caches-ready`).inputs["environment"]);
    assert.match(await environment("drift"), /drift/);
    assert.doesNotMatch(await environment(), /drift/);
  });

  it("themselves, and have no cache once they have the Secret for that; what is kept is known to what removes it", async () => {
    const ran = await meshOf("direct");
    assert.deepEqual(commands(ran), [`${STEM}-caches-gone`]);
    assert.ok(waitsFor(ran, `${STEM}-caches-gone`).includes(`${STEM}-peers`));
    const gone = ran.one("Command", `${STEM}-caches-gone`);
    assert.deepEqual([gone.inputs["create"], gone.inputs["update"]], ["dropCaches", "dropCaches"]);
    assert.ok(waitsFor(ran, `${STEM}-caches-gone`).includes(`${STEM}-objects`));
  });

  it("themselves in a cluster that has an etcd of its own, and never had a cache", async () => {
    assert.deepEqual(commands(await runMesh({ clusters: [1, 2] })), []);
  });
});
