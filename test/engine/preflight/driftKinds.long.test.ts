import assert from "node:assert/strict";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded } from "../../support/stacks/pulumi";
import {
  assertRestored,
  assertSetAgain,
  DRIFTS,
  meshOf,
  type Drift,
  type Mesh,
  type Way,
} from "../support/preflight/drifting";

for (const way of ["plain", "refresh"] satisfies Way[]) {
  const flags = way === "refresh" ? " --refresh" : "";
  describe(`a mesh that drifts in one way, and up${flags}`, function () {
    this.timeout("4m");
    let mesh: Mesh;

    before(async () => {
      mesh = await meshOf(`drift-${way}`);
    });

    after(async () => {
      succeeded(await mesh.stack.destroy());
      assert.deepEqual(await snapshots(mesh.clusters), mesh.untouched);
    });

    for (const [what, drift] of Object.entries<Drift>(DRIFTS)) {
      it(`is as it was where ${what}`, async () => {
        await assertRestored(mesh, [[mesh.first, [drift]]], way);
      });
    }

    if (way === "plain") {
      it("is set again as often as Helm writes name and id back", async () => {
        for (let time = 1; time <= 2; time++) await assertSetAgain(mesh);
      });
    }

    it("is as it was where an id was changed by hand, though nothing of others' may be overwritten", async () => {
      const drift = DRIFTS["the id is changed to another"];
      await mesh.stack.configure(meshConfig(mesh.clusters, { allow: [] }));
      succeeded(await mesh.stack.up());
      await assertRestored(mesh, [[mesh.first, [drift]]], way);
    });
  });
}
