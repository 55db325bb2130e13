import assert from "node:assert/strict";
import { nameOf } from "../../support/events";
import { ciliumConfig, rollOutAnnotation, secretFiles } from "../../support/kubernetes/clusterObjects";
import { fieldOwners } from "../../support/kubernetes/fieldOwners";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { frozenAt } from "../../support/stacks/frozenRun";
import { succeeded } from "../../support/stacks/pulumi";
import { CONFIG, DAEMON_SET, meshOf, OPERATOR, originalsOf, remove, type Mesh } from "../support/preflight/drifting";

const NAMESPACE = ["-n", "kube-system"];

/** The ConfigMap in a snapshot. */
const CONFIG_KEY = "ConfigMap/kube-system/cilium-config";

interface Shown {
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Objects without what one has of its own that was made again meanwhile. */
function recreated(objects: Readonly<Record<string, object>>, key: string): Readonly<Record<string, object>> {
  const { metadata, ...rest } = objects[key] as Shown;
  return { ...objects, [key]: { ...rest, metadata: { ...metadata, uid: undefined, creationTimestamp: undefined } } };
}

describe("a mesh whose cilium-config is deleted", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("config-deleted");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    const [found, untouched] = [await snapshots(mesh.clusters), mesh.untouched];
    const sides = [found, untouched].map((all) => all.map((objects) => recreated(objects, CONFIG_KEY)));
    assert.deepEqual(sides[0], sides[1]);
  });

  it("refuses to go on without cilium-config, makes none, and goes on when Cilium is installed again", async () => {
    const { stack, first, untouched } = mesh;
    await remove(first, CONFIG);
    try {
      for (const run of [await stack.preview(), await stack.preview("--refresh"), await stack.up("--refresh")]) {
        assert.notEqual(run.code, 0, run.text);
        assert.match(run.text, /cluster "cluster1": ConfigMap "kube-system\/cilium-config" does not exist/);
      }
      const found = await first.run(["get", CONFIG, ...NAMESPACE, "--ignore-not-found", "-o", "name"]);
      assert.equal(found.stdout, "");
    } finally {
      const { metadata, ...rest } = untouched[0]?.[CONFIG_KEY] as Shown;
      const { name, namespace, labels, annotations } = metadata;
      const stdin = JSON.stringify({ ...rest, metadata: { name, namespace, labels, annotations } });
      await first.run(["create", "--field-manager=helm", "--filename=-"], { stdin });
    }
    succeeded(await stack.up("--refresh"));
    assert.equal((await ciliumConfig(first))["cluster-name"], "cluster1");
    succeeded(await stack.up("--expect-no-changes"));
  });
});

describe("a destroy that goes no further than a cluster's originals", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("halfway");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    assert.deepEqual(await snapshots(mesh.clusters), mesh.untouched);
  });

  const owners = async () => {
    const objects = [CONFIG, DAEMON_SET, OPERATOR];
    return Promise.all(objects.map((object) => fieldOwners(mesh.first, object)));
  };

  it("is made good by a plain up, written as it was at first", async () => {
    const { stack, first } = mesh;
    const [before, originals] = [await owners(), await originalsOf(mesh)];
    const run = await frozenAt(stack, "destroy", (ended) =>
      ended.some(({ urn }) => nameOf(urn) === "clustermesh-cluster1-rollout"),
    );
    await run.kill();
    await stack.cancel();
    assert.equal((await ciliumConfig(first))["cluster-name"], "default");

    succeeded(await stack.up());
    assert.deepEqual(await meshedViews(mesh), mesh.meshed);
    assert.deepEqual(await owners(), before);
    assert.deepEqual(await originalsOf(mesh), originals);
    assert.match(await rollOutAnnotation(first, DAEMON_SET), /^[0-9a-f]{16}$/);
    assert.ok((await secretFiles(first, "cilium-clustermesh"))["cluster2"]);
    succeeded(await stack.up("--expect-no-changes"));
  });
});
