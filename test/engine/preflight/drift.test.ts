import assert from "node:assert/strict";
import { ciliumConfig } from "../../support/kubernetes/clusterObjects";
import { fieldOwners } from "../../support/kubernetes/fieldOwners";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { succeeded } from "../../support/stacks/pulumi";
import {
  assertRestored,
  CONFIG,
  DAEMON_SET,
  DRIFTS,
  helmUpgrade,
  meshOf,
  patch,
  wanted,
  type Mesh,
} from "../support/preflight/drifting";

describe("a mesh that drifts", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("drift");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    assert.deepEqual(await snapshots(mesh.clusters), mesh.untouched);
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
      assert.match(shown.text, /cluster "cluster1": agents 0 are restarted where they run with another name or id/);
      assert.match(shown.text, /cilium-config cluster-name "default" was changed since it was set to "cluster1"/);
      succeeded(await stack.up());
      assert.deepEqual(await meshedViews(mesh), mesh.meshed);
      assert.deepEqual(await fieldOwners(first, CONFIG), owners);
      succeeded(await stack.up("--expect-no-changes"));
    }
  });
});
