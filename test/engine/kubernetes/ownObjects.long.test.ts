import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { secretFiles, uidOf } from "../../support/kubernetes/clusterObjects";
import { snapshot, snapshots } from "../../support/kubernetes/snapshot";
import { allowing, meshConfig, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { newStack } from "../support/newStack";

const NAMESPACE = ["-n", "kube-system"];
const PEERS = "cilium-clustermesh";
const SERVER = "clustermesh-etcd-server";

describe("objects that are not this stack's any more", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let untouched: readonly Readonly<Record<string, object>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("theirs", 2, { demo: true }));
    first = clusters[0] ?? assert.fail();
  });

  async function theirs(secret: string): Promise<void> {
    await first.run(["delete", "secret", secret, ...NAMESPACE]);
    await first.run(["create", "secret", "generic", secret, ...NAMESPACE, "--from-literal=theirs=x"]);
  }

  it("are left by destroy, and named; all else goes", async () => {
    succeeded(await stack.up());
    const second = clusters[1] ?? assert.fail();
    await theirs(PEERS);
    await theirs(SERVER);
    await second.run(["create", "configmap", "guest", "-n", "istio-space", "--from-literal=a=b"]);
    const { text } = succeeded(await stack.destroy());
    for (const secret of [PEERS, SERVER]) {
      assert.deepEqual(await secretFiles(first, secret), { theirs: "x" });
      assert.match(
        text,
        new RegExp(`cluster "cluster1": Secret kube-system/${secret} is left as it is: it has no mark`),
      );
      await first.run(["delete", "secret", secret, ...NAMESPACE]);
    }
    assert.match(
      text,
      /Namespace istio-space is left as it is: it has what this stack did not make: ConfigMap\/guest;/,
    );
    await second.run(["delete", "namespace", "istio-space"]);
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("are no obstacle where they are gone already", async () => {
    succeeded(await stack.up());
    await first.run(["delete", "secret", PEERS, SERVER, ...NAMESPACE]);
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});

describe("settings under which objects have other names, or are none", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let untouched: readonly Readonly<Record<string, object>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("renamed", 2, { demo: true }));
    first = clusters[0] ?? assert.fail();
    succeeded(await stack.up());
  });

  after(async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("take the demo's old objects away, where its clusters change places and where it is off", async () => {
    const find = async () => (await first.run(["get", "statefulsets,services,cnp", "-A", "-o", "name"])).stdout;
    const inNamespace = async (namespace: string) =>
      (await first.run(["get", "statefulsets", "-n", namespace, "-o", "name"])).stdout.trim().split("\n");
    assert.equal((await inNamespace("default")).length, 3);
    await stack.configure(
      meshConfig(clusters, {
        demo: { clusters: clusters.map(({ name }) => name).toReversed() },
      }),
    );
    succeeded(await stack.up());
    assert.deepEqual(await inNamespace("default"), ["statefulset.apps/employee"]);
    assert.deepEqual(await inNamespace("istio-space"), ["statefulset.apps/employee", "statefulset.apps/stranger"]);
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    assert.doesNotMatch(await find(), /protected-db|employee|clustermesh-ingress/);
    assert.equal((await first.run(["get", "namespace", "istio-space", "--ignore-not-found", "-o", "name"])).stdout, "");
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("of Cilium's own objects are refused while a cluster is in the mesh, in the preview and without live checks", async () => {
    const others = { peerSecret: "other-peers", cilium: { daemonSet: "other", configMap: "other-config" } };
    const before = await snapshots(clusters);
    const line =
      /cluster "cluster1": peerSecret "other-peers" is not "cilium-clustermesh", which this cluster was meshed with/;
    for (const live of [true, false]) {
      await stack.configure(meshConfig(clusters, { ...others, ...(live ? {} : WITHOUT_PREFLIGHT) }));
      for (const run of [...(live ? [await stack.preview()] : []), await stack.up()]) {
        assert.notEqual(run.code, 0, run.text);
        assert.match(run.text, line);
        assert.match(run.text, /cilium\.configMap "other-config" is not "cilium-config"/);
        assert.match(run.text, /cilium\.daemonSet "other" is not "cilium"/);
      }
    }
    assert.deepEqual(await snapshots(clusters), before);
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
  });
});

describe("adoptSecret on a running mesh", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let untouched: readonly Readonly<Record<string, object>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("switched", 2));
    first = clusters[0] ?? assert.fail();
    succeeded(await stack.up());
  });

  const peers = async () => ({ uid: await uidOf(first, `secret/${PEERS}`), files: await secretFiles(first, PEERS) });

  it("leaves the peers' Secret what it is, there and back, at every moment", async () => {
    const before = await peers();
    for (const allowance of [["adoptSecret"], [], ["adoptSecret"]]) {
      await stack.configure(meshConfig(clusters, allowing(...allowance)));
      succeeded(await stack.up());
      assert.deepEqual(await peers(), before);
      succeeded(await stack.up("--expect-no-changes"));
    }
  });

  it("keeps what others have added meanwhile, and leaves nothing else", async () => {
    await first.run([
      "patch",
      `secret/${PEERS}`,
      ...NAMESPACE,
      "--type=merge",
      "--patch",
      '{"stringData":{"theirs":"x"}}',
    ]);
    await stack.configure(meshConfig(clusters, allowing()));
    succeeded(await stack.up());
    const { text } = succeeded(await stack.destroy());
    assert.deepEqual(await secretFiles(first, PEERS), { theirs: "x" });
    assert.match(text, /Secret kube-system\/cilium-clustermesh has lost this stack's keys alone: it keeps theirs/);
    await first.run(["delete", "secret", PEERS, ...NAMESPACE]);
    assert.deepEqual(await snapshot(first), untouched[0]);
  });
});
