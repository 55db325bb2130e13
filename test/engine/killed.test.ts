import assert from "node:assert/strict";
import { labClusters } from "./support/engine";
import { kindOf, referenceMesh, writes, type Mesh } from "./support/killedMesh";
import { described, killLoop } from "./support/killLoop";

/** One resource of each kind. */
function oneOfEachKind(mesh: Mesh): readonly string[] {
  return [...new Map(mesh.urns.map((urn) => [kindOf(urn, mesh), urn])).values()];
}

describe("runs that are killed after a resource of each kind", function () {
  this.timeout("30m");
  let mesh: Mesh;

  before(async () => {
    mesh = await referenceMesh(await labClusters(2), "killed");
  });

  it("can be repeated, and nothing is duplicated, orphaned or lost", async () => {
    const urns = oneOfEachKind(mesh);
    const tally = await killLoop(mesh, urns);
    process.stdout.write(`${described(tally)}\n`);
    assert.deepEqual(tally.failures, [], tally.failures.join("\n\n"));
    assert.ok(urns.length >= 8 && urns.length < mesh.urns.length, String(urns.length));
    assert.deepEqual([tally.up, tally.destroy], [urns, urns]);
    assert.deepEqual(tally.regretted, urns.filter(writes));
  });
});
