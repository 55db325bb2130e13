import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { changes, nameOf } from "../../support/events";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { frozenAt } from "../../support/stacks/frozenRun";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { waitUntil } from "../../support/waitUntil";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused, patched } from "../support/apiserver/refused";
import { helmUsers, HELM_TEXT, removeUsers, USERS, usersIn, usersText } from "../support/apiserver/users";
import { remove, wanted } from "../support/preflight/drifting";

type Objects = Readonly<Record<string, object>>;

const STEP = "clustermesh-cluster2-remote-users";

describe("users of peers in a ConfigMap that Helm has made", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let second: LabCluster;
  let untouched: readonly Objects[];

  before(async () => {
    ({ stack, clusters } = await apiserverMesh("apiserver-helm-users"));
    [, second = assert.fail()] = clusters;
    await helmUsers(second);
    untouched = await snapshots(clusters);
  });

  after(async () => {
    await removeUsers(second);
  });

  it("come beside those that Helm has there", async () => {
    succeeded(await stack.up());
    assert.deepEqual(await usersIn(second), ["remote-cluster1", "remote-elsewhere"]);
    assert.ok((await usersText(second)).startsWith(HELM_TEXT.trimEnd()));
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("are missed after a helm upgrade, and are there again after up", async () => {
    for (let time = 1; time <= 2; time++) {
      await helmUsers(second);
      const shown = succeeded(await stack.preview());
      assert.match(
        shown.text,
        /warning: cluster "cluster2": ConfigMap kube-system\/clustermesh-remote-users has no user remote-cluster1 any more; pulumi up writes it again/,
      );
      assert.deepEqual(wanted(shown), [`update ${STEP}`]);
      assert.deepEqual(changes(succeeded(await stack.up()).steps), [`update ${STEP}`]);
      assert.deepEqual(await usersIn(second), ["remote-cluster1", "remote-elsewhere"]);
      succeeded(await stack.up("--expect-no-changes"));
    }
  });

  it("go, and Helm's stay as they were, field by field", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});

describe("a mesh of clusters with clustermesh-apiserver that drifts", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let untouched: readonly Objects[];
  let meshed: readonly object[];

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-drift"));
    [first = assert.fail(), second = assert.fail()] = clusters;
    succeeded(await stack.up());
    meshed = await meshedViews({ clusters, untouched });
  });

  after(async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  const replaced = (name: string) => [`create-replacement ${name}`, `delete-replaced ${name}`, `replace ${name}`];
  const AGAIN = [
    ...["caches", "peers"].flatMap((each) => replaced(`clustermesh-cluster1-${each}`)),
    "update clustermesh-cluster1-caches-ready",
  ];
  const without = (cluster: LabCluster) =>
    cluster.run([
      "patch",
      USERS,
      "-n",
      "kube-system",
      "--type=merge",
      "-p",
      JSON.stringify({ data: { "users.yaml": "users:\n" } }),
    ]);

  const DRIFTS = [
    {
      what: "an entry of ours is taken away",
      change: () => without(second),
      says: /cluster "cluster2": ConfigMap kube-system\/clustermesh-remote-users has no user remote-cluster1 any more/,
      steps: [`update ${STEP}`],
    },
    {
      what: "the ConfigMap of users is removed",
      change: () => removeUsers(second),
      says: /cluster "cluster2": ConfigMap kube-system\/clustermesh-remote-users is not there: its clustermesh-apiserver lets no peer in/,
      steps: [`update ${STEP}`],
    },
    {
      what: "the Secret of KVStoreMesh is removed",
      change: () => remove(first, "secret/cilium-kvstoremesh"),
      says: /cluster "cluster1": Secret kube-system\/cilium-kvstoremesh was removed/,
      steps: AGAIN,
    },
    {
      what: "the Secret of the agents is removed",
      change: () => remove(first, "secret/cilium-clustermesh"),
      says: /cluster "cluster1": Secret kube-system\/cilium-clustermesh was removed/,
      steps: AGAIN,
    },
  ] as const;

  for (const { what, change, says, steps } of DRIFTS) {
    it(`(${what}) is told by the preview, and is as it was after up`, async () => {
      await change();
      const shown = succeeded(await stack.preview());
      assert.match(shown.text, says);
      assert.deepEqual(wanted(shown), [...steps].toSorted());
      succeeded(await stack.up());
      assert.deepEqual(await meshedViews({ clusters, untouched }), meshed);
      assert.doesNotMatch(succeeded(await stack.up("--expect-no-changes")).text, says);
    });
  }
});

describe("a name that is changed in a meshed cluster with clustermesh-apiserver", function () {
  this.timeout("5m");

  it("is refused with the command that sets it, for the program does not", async () => {
    const { stack, clusters, untouched } = await apiserverMesh("apiserver-renamed");
    const [, second = assert.fail()] = clusters;
    succeeded(await stack.up());
    await patched(second, "configmap/cilium-config", { data: { "cluster-name": "ocean" } });
    const line =
      /cluster "cluster2": live cluster-name and cluster-id \["ocean","102"\] are not the declared .*--set cluster\.name=cluster2/;
    await assertRefused(stack, clusters, line);
    await patched(second, "configmap/cilium-config", { data: { "cluster-name": "cluster2" } });
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});

describe("runs that are killed at the users of peers", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let second: LabCluster;
  let untouched: readonly Objects[];

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-killed"));
    [, second = assert.fail()] = clusters;
  });

  const killed = async (operation: "up" | "destroy") => {
    const run = await frozenAt(stack, operation, (ended) => ended.some(({ urn }) => nameOf(urn) === STEP));
    await run.kill();
    await stack.cancel();
  };

  async function assertGoesOn(): Promise<void> {
    succeeded(await stack.up());
    assert.deepEqual(await usersIn(second), ["remote-cluster1"]);
    assert.ok((await secretFiles(second, "cilium-clustermesh"))["mesh.client.key"]);
    succeeded(await stack.up("--expect-no-changes"));
  }

  it("(up, when the step has ended) can be repeated", async () => {
    await killed("up");
    await assertGoesOn();
  });

  it("(destroy, when the step has ended) can be repeated, and leave nothing", async () => {
    await killed("destroy");
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("(up, as soon as the ConfigMap is there) can be repeated, and a destroy leaves nothing", async () => {
    const { process: cli, ended } = stack.start("up", ["--yes", "--skip-preview"]);
    const there = waitUntil("the ConfigMap is there", 60, async () => (await usersText(second)) !== "");
    await Promise.race([there, ended.then((run) => assert.fail(`up ended before it was killed:\n${run.text}`))]);
    cli.kill("SIGKILL");
    await ended;
    await stack.cancel();
    await assertGoesOn();
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
