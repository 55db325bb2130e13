import assert from "node:assert/strict";
import { nameOf } from "../../support/events";
import { ciliumConfig, rollOutAnnotation, secretFiles } from "../../support/kubernetes/clusterObjects";
import { fieldOwners } from "../../support/kubernetes/fieldOwners";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { frozenAt } from "../../support/stacks/frozenRun";
import { succeeded } from "../../support/stacks/pulumi";
import {
  assertRestored,
  CONFIG,
  DAEMON_SET,
  DRIFTS,
  helmUpgrade,
  meshOf,
  OPERATOR,
  originalsOf,
  patch,
  remove,
  wanted,
  type Mesh,
} from "../support/preflight/drifting";

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

describe("a mesh that drifts", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("drift");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    const [found, untouched] = [await snapshots(mesh.clusters), mesh.untouched];
    const sides = [found, untouched].map((all) => all.map((objects) => recreated(objects, CONFIG_KEY)));
    assert.deepEqual(sides[0], sides[1]);
  });

  it("in several ways at once is as it was after up --refresh", async () => {
    const { first, second } = mesh;
    const ofFirst = [
      DRIFTS["the peers' Secret is edited"],
      DRIFTS["the Secret with the etcd's certificate is deleted"],
      DRIFTS["the id is changed to another"],
      DRIFTS["the operator has lost it"],
    ];
    const ofSecond = [
      DRIFTS["the peers' Secret is deleted"],
      DRIFTS["helm upgrade has written name and id back"],
      DRIFTS["an interrupted destroy has begun to roll the agents"],
    ];
    const drifts = [
      [first, ofFirst],
      [second, ofSecond],
    ] as const;
    await assertRestored(mesh, drifts, "refresh");
  });

  it("is no drift where what is not ours changes", async () => {
    const { stack, first } = mesh;
    const before = (await ciliumConfig(first))["debug-verbose"] ?? null;
    await patch(first, CONFIG, { data: { "debug-verbose": "datapath" } }, "--field-manager=helm");
    await patch(first, DAEMON_SET, { metadata: { labels: { team: "network" } } });
    succeeded(await stack.refresh());
    assert.deepEqual(wanted(succeeded(await stack.up("--refresh", "--expect-no-changes"))), []);
    await patch(first, CONFIG, { data: { "debug-verbose": before } }, "--field-manager=helm");
    await patch(first, DAEMON_SET, { metadata: { labels: { team: null } } });
  });

  it("says that name and id were changed, and sets them again by a plain up", async () => {
    const { stack, first } = mesh;
    const owners = await fieldOwners(first, CONFIG);
    for (let time = 1; time <= 2; time++) {
      await helmUpgrade(first);
      const shown = succeeded(await stack.preview());
      assert.deepEqual(wanted(shown), ["update clustermesh-cluster1-rollout"]);
      assert.match(shown.text, /cilium-config cluster-name "default" was changed since it was set to "cluster1"/);
      succeeded(await stack.up());
      assert.deepEqual(await meshedViews(mesh), mesh.meshed);
      assert.deepEqual(await fieldOwners(first, CONFIG), owners);
      succeeded(await stack.up("--expect-no-changes"));
    }
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
