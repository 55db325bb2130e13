import assert from "node:assert/strict";
import { labClusters } from "./support/engine";
import { referenceMesh, writes, type Mesh } from "./support/killedMesh";
import { described, killLoop } from "./support/killLoop";

describe("runs that are killed after any of their resources", function () {
  this.timeout("90m");
  let mesh: Mesh;

  before(async () => {
    mesh = await referenceMesh(await labClusters(2), "killed-everywhere");
  });

  it("can be repeated, and nothing is duplicated, orphaned or lost", async () => {
    const { urns } = mesh;
    const tally = await killLoop(mesh, urns);
    process.stdout.write(`${described(tally)}\n`);
    assert.deepEqual(tally.failures, [], tally.failures.join("\n\n"));
    assert.deepEqual([tally.up, tally.destroy], [urns, urns]);
    assert.deepEqual(tally.regretted, urns.filter(writes));
  });
});
