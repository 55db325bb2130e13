import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { changes, nameOf, type Step } from "../../support/events";
import { ciliumConfig, uidOf } from "../../support/kubernetes/clusterObjects";
import { snapshot } from "../../support/kubernetes/snapshot";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { each, leavingMesh, names, PEERS, peersOf, runByHand, type LeavingMesh } from "../support/identity/leaving";

const LOST = { lost: true };
const OBJECTS = [`secret/${PEERS}`, "secret/clustermesh-etcd-server", "configmap/cilium-config", "daemonset/cilium"];

const position = (steps: readonly Step[], matches: (step: Step) => boolean, which: "first" | "last") => {
  const found = steps.flatMap((step, index) => (matches(step) ? [index] : []));
  return (which === "first" ? found[0] : found.at(-1)) ?? assert.fail("no such step");
};

describe("a cluster that leaves", function () {
  this.timeout("4m");
  let mesh: LeavingMesh;
  let stack: PulumiStack;
  let rest: readonly LabCluster[];
  let leaver: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    mesh = await leavingMesh("leaving");
    ({ stack, rest, leaver, untouched } = mesh);
  });

  describe("while it is healthy", () => {
    it("is dropped by its peers, then cleaned, and is as it was found; nothing else is touched", async () => {
      await mesh.meshed();
      const uids = () => each(rest, (cluster) => Promise.all(OBJECTS.map((object) => uidOf(cluster, object))));
      const [uidsBefore, urnsBefore] = [await uids(), await mesh.urns()];
      await stack.configure(meshConfig(rest));
      const { steps } = succeeded(await stack.up());

      const dropped = (step: Step) => step.op === "update" && /^clustermesh-cluster[12]-peers$/.test(nameOf(step.urn));
      const deleted = (step: Step) => step.op === "delete" && mesh.ofLeaver(step.urn);
      assert.equal(steps.filter(dropped).length, 2);
      assert.ok(position(steps, dropped, "last") < position(steps, deleted, "first"), changes(steps).join("\n"));
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
      assert.deepEqual(await snapshot(leaver), untouched[2]);

      assert.deepEqual(await uids(), uidsBefore);
      assert.deepEqual([...(await mesh.urns())].sort(), urnsBefore.filter((urn) => !mesh.ofLeaver(urn)).sort());
      const others = changes(steps).filter((change) => !change.includes(` clustermesh-${leaver.name}`));
      const fix = /^update clustermesh-(cluster[12]-(peers|policy-check|etcd-users)|check|mesh)$|^same /;
      assert.deepEqual(
        others.filter((change) => !fix.test(change)),
        [],
      );
    });
  });

  describe("while it is dead", () => {
    before(async () => {
      await mesh.meshed();
      await leaver.apiServer.stop();
    });
    after(async () => {
      await leaver.apiServer.start();
      succeeded(await stack.destroy());
      assert.deepEqual(await each(mesh.all, snapshot), untouched);
    });

    it("is refused when it is simply removed, in the preview too, before its peers have dropped it, and says what to do", async () => {
      await stack.configure(meshConfig(rest));
      for (const run of [await stack.preview(), await stack.up()]) {
        assert.notEqual(run.code, 0, run.text);
        assert.match(run.text, /cluster "cluster3": .*refused.*; check address, .*1\. list it with lost: true/s);
      }
      assert.deepEqual(await each(rest, peersOf), [names(mesh.all), names(mesh.all)]);
      assert.ok((await mesh.urns()).some((urn) => nameOf(urn) === "clustermesh-cluster3-original-config"));
    });

    it("is let go of in the first step that was named: nothing of it but its commands is left in the state", async () => {
      await stack.configure(mesh.withLeaver(LOST));
      succeeded(await stack.up());
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
      assert.deepEqual(
        (await mesh.urns()).filter((urn) => mesh.ofLeaver(urn) && urn.includes("$kubernetes:")),
        [],
      );
      assert.match(JSON.stringify((await stack.outputs())["lost"]), /cluster3.*cluster-name.*default/);
      succeeded(await stack.refresh("--expect-no-changes"));
    });

    it("leaves in the second without an answer, and what it says gives it back when it returns", async () => {
      await stack.configure(meshConfig(rest));
      const run = succeeded(await stack.up());
      assert.deepEqual((await mesh.urns()).filter(mesh.ofLeaver), []);
      for (const cluster of rest) {
        assert.equal((await ciliumConfig(cluster))["cluster-name"], cluster.name);
      }
      await leaver.apiServer.start();
      await runByHand(leaver, run.text);
      assert.deepEqual(await snapshot(leaver), untouched[2]);
    });
  });
});
