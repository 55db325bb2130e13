import assert from "node:assert/strict";
import { succeeded } from "../support/pulumi";
import { snapshots } from "../support/snapshot";
import { assertRefreshed, DRIFTS, meshOf, type Drift, type Mesh } from "./support/drifting";

describe("a mesh that drifts in one way", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("drift-kinds");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    assert.deepEqual(await snapshots(mesh.clusters), mesh.untouched);
  });

  for (const [what, drift] of Object.entries<Drift>(DRIFTS)) {
    it(`is as it was after up --refresh where ${what}`, async () => {
      await assertRefreshed(mesh, [[mesh.first, [drift]]]);
    });
  }
});
