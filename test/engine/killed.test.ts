import assert from "node:assert/strict";
import { labClusters } from "./support/engine";
import { kindOf, referenceMesh, writes, type Mesh } from "./support/killedMesh";
import { described, killLoop } from "./support/killLoop";

/** Resources whose steps change objects of a cluster. All others, which only look or are in the state alone, have their turn in the long tests. */
const CHANGES = /:Secret::|-(rollout|objects)$/;

/** One resource of each kind that changes a cluster. */
function oneOfEachKind(mesh: Mesh): readonly string[] {
  const changing = mesh.urns.filter((urn) => CHANGES.test(urn));
  return [...new Map(changing.map((urn) => [kindOf(urn, mesh), urn])).values()];
}

describe("runs that are killed after a resource of each kind that changes a cluster", function () {
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
    assert.equal(urns.length, 3, urns.join("\n"));
    assert.deepEqual([tally.up, tally.destroy], [urns, urns]);
    assert.deepEqual(tally.regretted, urns.filter(writes));
  });
});
