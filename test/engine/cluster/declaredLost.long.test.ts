import assert from "node:assert/strict";
import { readRecorded } from "../../../components/identity/model/recorded";
import type { LabCluster } from "../../../lab";
import { uidOf } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { each, leavingMesh, names, PEERS, peersOf, runByHand, type LeavingMesh } from "../support/identity/leaving";

const LOST = { lost: true };

describe("a cluster that is declared lost", function () {
  this.timeout("4m");
  let mesh: LeavingMesh;
  let stack: PulumiStack;
  let rest: readonly LabCluster[];
  let leaver: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    mesh = await leavingMesh("declared-lost");
    ({ stack, rest, leaver, untouched } = mesh);
  });

  /** What was recorded of the leaver, but for the word that it is declared lost. */
  async function originals(): Promise<object> {
    const recorded = readRecorded(String(await mesh.originals()));
    assert.ok(recorded);
    return { ...recorded, lost: undefined };
  }

  describe("that is declared lost, and answers", () => {
    it("is named in the preview, and left as it is", async () => {
      await mesh.meshed();
      await stack.configure(mesh.withLeaver(LOST));
      const preview = succeeded(await stack.preview());
      assert.match(
        preview.text,
        /warning: cluster "cluster3": lost is declared, but its API server answers; .*remove lost/,
      );
      const [written, recorded] = [await versions(leaver), await originals()];
      succeeded(await stack.up());
      assert.deepEqual(await versions(leaver), written);
      assert.deepEqual(await originals(), recorded);
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
    });

    it("is a member again, with the same originals, when it is not lost after all", async () => {
      const [uid, recorded] = [await uidOf(leaver, `secret/${PEERS}`), await originals()];
      await mesh.meshed();
      assert.equal(await uidOf(leaver, `secret/${PEERS}`), uid);
      assert.deepEqual(await originals(), recorded);
      succeeded(await stack.up("--expect-no-changes"));
    });
  });

  describe("while it is dead", () => {
    after(() => leaver.apiServer.start());

    it("does not keep a whole mesh from being taken down", async () => {
      await leaver.apiServer.stop();
      await stack.configure(mesh.withLeaver(LOST));
      succeeded(await stack.up());
      const run = succeeded(await stack.destroy());
      assert.deepEqual(await each(rest, snapshot), untouched.slice(0, 2));
      await leaver.apiServer.start();
      await runByHand(leaver, run.text);
      assert.deepEqual(await snapshot(leaver), untouched[2]);
    });
  });
});
