import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { ciliumConfig, rollOutAnnotation, secretFiles } from "../support/clusterObjects";
import { changes, nameOf } from "../support/events";
import { fieldOwners } from "../support/fieldOwners";
import { frozenAt } from "../support/frozenRun";
import { meshedViews } from "../support/meshedView";
import { succeeded, type PulumiStack, type Run } from "../support/pulumi";
import { snapshots } from "../support/snapshot";
import { readState } from "../support/stackState";
import { newStack } from "./support/newStack";

const NAMESPACE = ["-n", "kube-system"];
const PEERS = "secret/cilium-clustermesh";
const CONFIG = "configmap/cilium-config";
const DAEMON_SET = "daemonset/cilium";
const OPERATOR = "deployment/cilium-operator";

/** The ConfigMap in a snapshot. */
const CONFIG_KEY = "ConfigMap/kube-system/cilium-config";

interface Shown {
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Objects = Readonly<Record<string, object>>;

/** A mesh that is up, and how it was before. */
interface Mesh {
  readonly stack: PulumiStack;
  readonly clusters: readonly LabCluster[];
  readonly first: LabCluster;
  readonly untouched: readonly Objects[];
  readonly meshed: readonly Objects[];
}

async function meshOf(name: string): Promise<Mesh> {
  const { stack, clusters, untouched } = await newStack(name, 2);
  const [first] = clusters;
  assert.ok(first);
  succeeded(await stack.up());
  return { stack, clusters, first, untouched, meshed: await meshedViews({ clusters, untouched }) };
}

/** Objects without what one has of its own that was made anew meanwhile. */
function reborn(objects: Objects, key: string): Objects {
  const { metadata, ...rest } = objects[key] as Shown;
  return { ...objects, [key]: { ...rest, metadata: { ...metadata, uid: undefined, creationTimestamp: undefined } } };
}

const originalsOf = async ({ stack }: Mesh): Promise<unknown> =>
  readState(await stack.export()).outputsOf("cluster1-originals")["stdout"];

/** The steps that change something, without those by which the state learns of the clusters. */
const wanted = ({ steps }: Run): readonly string[] => changes(steps.filter(({ op }) => op !== "refresh")).toSorted();

const patch = (cluster: LabCluster, object: string, body: object, ...flags: readonly string[]) =>
  cluster.run(["patch", object, ...NAMESPACE, "--type=merge", "--patch", JSON.stringify(body), ...flags]);
const remove = (cluster: LabCluster, object: string) => cluster.run(["delete", object, ...NAMESPACE]);

/** What the next `helm upgrade` writes. */
const helmUpgrade = (cluster: LabCluster) =>
  patch(cluster, CONFIG, { data: { "cluster-name": "default", "cluster-id": "0" } }, "--field-manager=helm");

const annotated = (value: string | null) => ({
  spec: { template: { metadata: { annotations: { "cilium-clustermesh/config": value } } } },
});
const WITHOUT_ANNOTATION = annotated(null);
const LEAVING = annotated("leaving");

/** Each way in which a meshed cluster is changed, and what has to be done about it. */
const DRIFTS: Readonly<Record<string, readonly [(cluster: LabCluster) => Promise<unknown>, readonly string[]]>> = {
  "the peers' Secret is edited": [
    (cluster) => patch(cluster, PEERS, { data: { cluster2: Buffer.from("endpoints: []").toString("base64") } }),
    ["update cluster1-peers"],
  ],
  "a key of the peers' Secret is deleted": [
    (cluster) => patch(cluster, PEERS, { data: { cluster2: null } }),
    ["update cluster1-peers"],
  ],
  "the peers' Secret is deleted": [(cluster) => remove(cluster, PEERS), ["create cluster1-peers"]],
  "the Secret with the etcd's certificate is deleted": [
    (cluster) => remove(cluster, "secret/clustermesh-etcd-server"),
    ["create cluster1-etcd-server"],
  ],
  "helm upgrade has written name and id back": [helmUpgrade, ["update cluster1-config", "update cluster1-settled"]],
  "the id alone is changed by hand": [
    (cluster) => patch(cluster, CONFIG, { data: { "cluster-id": "0" } }),
    ["update cluster1-config", "update cluster1-settled"],
  ],
  "the agents have lost the annotation that rolled them": [
    (cluster) => patch(cluster, DAEMON_SET, WITHOUT_ANNOTATION),
    ["update cluster1-settled"],
  ],
  "an interrupted destroy has begun to roll the agents": [
    (cluster) => patch(cluster, DAEMON_SET, LEAVING, "--field-manager=cilium-clustermesh"),
    ["update cluster1-settled"],
  ],
  "the operator has lost it": [(cluster) => patch(cluster, OPERATOR, WITHOUT_ANNOTATION), ["update cluster1-settled"]],
};

describe("a mesh that drifts", function () {
  this.timeout("4m");
  let mesh: Mesh;

  before(async () => {
    mesh = await meshOf("drift");
  });

  after(async () => {
    succeeded(await mesh.stack.destroy());
    const [found, untouched] = [await snapshots(mesh.clusters), mesh.untouched];
    const sides = [found, untouched].map((all) => all.map((objects) => reborn(objects, CONFIG_KEY)));
    assert.deepEqual(sides[0], sides[1]);
  });

  for (const [what, [change, steps]] of Object.entries(DRIFTS)) {
    it(`is mended by up --refresh where ${what}`, async () => {
      const { stack, first } = mesh;
      const originals = await originalsOf(mesh);
      await change(first);
      assert.deepEqual(wanted(succeeded(await stack.preview("--refresh"))), steps);
      succeeded(await stack.up("--refresh"));
      assert.deepEqual(await meshedViews(mesh), mesh.meshed);
      succeeded(await stack.up("--expect-no-changes"));
      assert.deepEqual(await originalsOf(mesh), originals);
    });
  }

  it("is no drift where somebody changes what is not ours", async () => {
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
      assert.deepEqual(wanted(shown), ["update cluster1-settled"]);
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
      ended.some(({ urn }) => nameOf(urn) === "cluster1-settled"),
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
