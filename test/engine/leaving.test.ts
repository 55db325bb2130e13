import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { ciliumConfig, secretFiles, uidOf } from "../support/clusterObjects";
import { changes, nameOf, type Step } from "../support/events";
import { clusterConfig, meshConfig, withMember } from "../support/meshConfig";
import { succeeded, type PulumiStack } from "../support/pulumi";
import { snapshot, versions } from "../support/snapshot";
import { readState } from "../support/stackState";
import { newStack } from "./support/newStack";

const PEERS = "cilium-clustermesh";
const OBJECTS = [`secret/${PEERS}`, "secret/clustermesh-etcd-server", "configmap/cilium-config", "daemonset/cilium"];

function each<T>(clusters: readonly LabCluster[], read: (cluster: LabCluster) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(clusters.map(read));
}

/** The clusters that a cluster's agents are told of. */
async function peersOf(cluster: LabCluster): Promise<readonly string[]> {
  const files = Object.keys(await secretFiles(cluster, PEERS));
  return files.filter((file) => !file.includes(".")).sort();
}

const position = (steps: readonly Step[], matches: (step: Step) => boolean, which: "first" | "last") => {
  const found = steps.flatMap((step, index) => (matches(step) ? [index] : []));
  return (which === "first" ? found[0] : found.at(-1)) ?? assert.fail("no such step");
};

describe("a cluster that leaves", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let all: readonly LabCluster[];
  let rest: readonly LabCluster[];
  let leaver: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    ({ stack, clusters: all, untouched } = await newStack("leaving", 3));
    rest = all.slice(0, 2);
    leaver = all[2] ?? assert.fail("the lab has too few clusters");
  });

  /** The mesh with the third cluster changed. */
  const withLeaver = (over: object) => withMember(meshConfig(rest), leaver.name, { ...clusterConfig(leaver), ...over });
  const GONE = { gone: true };
  const originals = async () => readState(await stack.export()).outputsOf(`${leaver.name}-originals`)["stdout"];
  const urns = async () => readState(await stack.export()).urns;
  const ofLeaver = (urn: string) => nameOf(urn).startsWith(leaver.name);
  const names = (clusters: readonly LabCluster[]) => clusters.map(({ name }) => name);

  async function meshed(): Promise<void> {
    await stack.configure(meshConfig(all));
    succeeded(await stack.up());
    assert.deepEqual(await each(all, peersOf), [names(all), names(all), names(all)]);
  }

  describe("while it is healthy", () => {
    it("is dropped by its peers, then cleaned, and is as it was found; nothing else is touched", async () => {
      await meshed();
      const uids = () => each(rest, (cluster) => Promise.all(OBJECTS.map((object) => uidOf(cluster, object))));
      const [uidsBefore, urnsBefore] = [await uids(), await urns()];
      await stack.configure(meshConfig(rest));
      const { steps } = succeeded(await stack.up());

      const dropped = (step: Step) => step.op === "update" && /^cluster[12]-peers$/.test(nameOf(step.urn));
      const deleted = (step: Step) => step.op === "delete" && ofLeaver(step.urn);
      assert.equal(steps.filter(dropped).length, 2);
      assert.ok(position(steps, dropped, "last") < position(steps, deleted, "first"), changes(steps).join("\n"));
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
      assert.deepEqual(await snapshot(leaver), untouched[2]);

      assert.deepEqual(await uids(), uidsBefore);
      assert.deepEqual(
        [...(await urns())].sort(),
        urnsBefore.filter((urn) => !ofLeaver(urn) && !urn.includes(`${leaver.name}-`)).sort(),
      );
      const others = changes(steps).filter((change) => !change.includes(` ${leaver.name}`));
      const allowed = /^update (cluster[12]-(peers|guard|etcd-users)|clustermesh-check|clustermesh-mesh)$|^same /;
      assert.deepEqual(
        others.filter((change) => !allowed.test(change)),
        [],
      );
    });
  });

  describe("that is declared gone, and answers", () => {
    it("is named in the preview, and left as it is", async () => {
      await meshed();
      await stack.configure(withLeaver(GONE));
      const preview = succeeded(await stack.preview());
      assert.match(
        preview.text,
        /warning: cluster "cluster3": gone is declared, but its API server answers; .*remove gone/,
      );
      const [written, recorded] = [await versions(leaver), await originals()];
      assert.ok(recorded);
      succeeded(await stack.up());
      assert.deepEqual(await versions(leaver), written);
      assert.deepEqual(await originals(), recorded);
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
    });

    it("is a member again, with the same originals, when it is not gone after all", async () => {
      const [uid, recorded] = [await uidOf(leaver, `secret/${PEERS}`), await originals()];
      await meshed();
      assert.equal(await uidOf(leaver, `secret/${PEERS}`), uid);
      assert.deepEqual(await originals(), recorded);
      succeeded(await stack.up("--expect-no-changes"));
    });
  });

  describe("while it is dead", () => {
    before(async () => {
      await meshed();
      await leaver.apiServer.stop();
    });
    after(() => leaver.apiServer.start());

    it("fails up when it is simply removed, after its peers have dropped it, and says what to do", async () => {
      await stack.configure(meshConfig(rest));
      const run = await stack.up();
      assert.notEqual(run.code, 0, run.text);
      assert.match(run.text, /cluster "cluster3": .*refused.*; if it is gone for good, .*1\. list it with gone: true/s);
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
      assert.ok((await urns()).some((urn) => nameOf(urn) === "cluster3-originals"));
    });

    it("is let go of in the first step that was named: nothing of it but its commands is left in the state", async () => {
      await stack.configure(withLeaver(GONE));
      succeeded(await stack.up());
      assert.deepEqual(await each(rest, peersOf), [names(rest), names(rest)]);
      assert.deepEqual(
        (await urns()).filter((urn) => ofLeaver(urn) && urn.includes("$kubernetes:")),
        [],
      );
      assert.match(JSON.stringify((await stack.outputs())["gone"]), /cluster3.*cluster-name.*default/);
      succeeded(await stack.refresh("--expect-no-changes"));
    });

    it("leaves in the second without an answer, and what it says gives it back when it returns", async () => {
      await stack.configure(meshConfig(rest));
      const run = succeeded(await stack.up());
      assert.deepEqual((await urns()).filter(ofLeaver), []);
      for (const cluster of rest) {
        assert.equal((await ciliumConfig(cluster))["cluster-name"], cluster.name);
      }
      await leaver.apiServer.start();
      await byHand(leaver, run.text);
      assert.deepEqual(await snapshot(leaver), untouched[2]);
    });

    it("can be a member again", meshed);

    it("does not keep a whole mesh from being taken down", async () => {
      await leaver.apiServer.stop();
      await stack.configure(withLeaver(GONE));
      succeeded(await stack.up());
      const run = succeeded(await stack.destroy());
      assert.deepEqual(await each(rest, snapshot), untouched.slice(0, 2));
      await leaver.apiServer.start();
      await byHand(leaver, run.text);
      assert.deepEqual(await snapshot(leaver), untouched[2]);
    });
  });
});

/** Runs the commands with which a cluster that has returned is given back. */
async function byHand(cluster: LabCluster, said: string): Promise<void> {
  const commands = /should it ever return, this gives it back: (.*)$/m.exec(said)?.[1]?.split(" && ") ?? [];
  assert.equal(commands.length, 4, said);
  for (const command of commands) {
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    await cluster.run(words.slice(1));
  }
}
