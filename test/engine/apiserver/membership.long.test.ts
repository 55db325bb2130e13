import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { LabCluster } from "../../../lab";
import { changes } from "../../support/events";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused, patched } from "../support/apiserver/refused";
import { removeUsers, usersIn } from "../support/apiserver/users";
import { peersOf, runByHand } from "../support/identity/leaving";
import { remove } from "../support/preflight/drifting";

const REMOTE = "clustermesh-apiserver-remote-cert";

type Objects = Readonly<Record<string, object>>;

describe("a mesh of clusters with clustermesh-apiserver and one with an etcd of its own", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let third: LabCluster;
  let untouched: readonly Objects[];

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-members", 3));
    [first = assert.fail(), second = assert.fail(), third = assert.fail()] = clusters;
  });

  const objectsOf = (objects: Objects) => Object.keys(objects).filter((key) => !key.includes("sh.helm.release"));
  const names = (...all: readonly LabCluster[]) => all.map(({ name }) => name);

  it("takes the one with its own etcd in, and it opens the others by certificates of their authorities", async () => {
    await stack.configure(meshConfig([first, second]));
    succeeded(await stack.up());
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    assert.deepEqual(await usersIn(first), ["remote-cluster2", "remote-cluster3"]);
    assert.deepEqual(await usersIn(second), ["remote-cluster1", "remote-cluster3"]);
    const files = await secretFiles(third, "cilium-clustermesh");
    for (const peer of [first, second]) {
      const leaf = new X509Certificate(files[`mesh-${peer.name}.client.crt`] ?? "");
      assert.equal(leaf.subject, "CN=remote-cluster3");
      const authority = new X509Certificate((await secretFiles(peer, "cilium-ca"))["ca.crt"] ?? "");
      assert.ok(leaf.verify(authority.publicKey));
    }
    assert.ok((await secretFiles(first, "cilium-kvstoremesh"))["mesh.client.crt"]);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("lets one with clustermesh-apiserver leave: it is as it was, and no peer has a user or a file of it", async () => {
    await stack.configure(meshConfig([first, third]));
    succeeded(await stack.up());
    assert.deepEqual(await snapshot(second), untouched[1]);
    assert.deepEqual(await usersIn(first), ["remote-cluster3"]);
    assert.deepEqual(await peersOf(first), names(first, third));
    assert.ok(!("mesh-cluster2.ca.crt" in (await secretFiles(first, "cilium-kvstoremesh"))));
    succeeded(await stack.up("--expect-no-changes"));
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
  });

  it("gives peers what was issued for all of them while nobody has the authority's key, and signs again with it", async () => {
    const { "ca.key": key = "" } = await secretFiles(second, "cilium-ca");
    await patched(second, "secret/cilium-ca", { data: { "ca.key": null } });
    const { text } = succeeded(await stack.preview());
    assert.match(
      text,
      /"cluster2": Secret kube-system\/clustermesh-apiserver-remote-cert is shown by all peers from now on/,
    );
    succeeded(await stack.up());
    const issued = await secretFiles(second, REMOTE);
    for (const files of [
      await secretFiles(third, "cilium-clustermesh"),
      await secretFiles(first, "cilium-kvstoremesh"),
    ]) {
      const certificate = new X509Certificate(files["mesh-cluster2.client.crt"] ?? "");
      assert.equal(certificate.fingerprint256, new X509Certificate(issued["tls.crt"] ?? "").fingerprint256);
      assert.ok(certificate.checkPrivateKey(createPrivateKey(files["mesh-cluster2.client.key"] ?? "")));
      assert.match(files["cluster2"] ?? "", /mesh-cluster2\.client\.key/);
    }
    assert.deepEqual(await usersIn(second), []);
    succeeded(await stack.up("--expect-no-changes"));
    await patched(second, "secret/cilium-ca", { data: { "ca.key": Buffer.from(key).toString("base64") } });
    succeeded(await stack.up());
    assert.ok(!("mesh-cluster2.client.key" in (await secretFiles(third, "cilium-clustermesh"))));
    assert.deepEqual(await usersIn(second), ["remote-cluster1", "remote-cluster3"]);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("refuses another authority while the server's certificate is not of it, and signs with it afterwards", async () => {
    await remove(second, "secret/cilium-ca");
    await remove(second, `secret/${REMOTE}`);
    await assertRefused(stack, clusters, /cluster "cluster2": Secret kube-system\/cilium-ca is not there/);
    // Helm makes another one, and all certificates of it.
    await second.upgradeCilium({});
    const authority = new X509Certificate((await secretFiles(second, "cilium-ca"))["ca.crt"] ?? "");
    const leaf = async () =>
      new X509Certificate((await secretFiles(third, "cilium-clustermesh"))["mesh-cluster2.client.crt"] ?? "");
    assert.ok(!(await leaf()).verify(authority.publicKey));
    const shown = succeeded(await stack.preview());
    const replaced = changes(shown.steps).filter((change) => /^replace /.test(change));
    assert.deepEqual(replaced.filter((change) => change.includes("client-cert")).toSorted(), [
      "replace clustermesh-cluster1-client-cert/cluster2",
      "replace clustermesh-cluster3-client-cert/cluster2",
    ]);
    succeeded(await stack.up());
    assert.ok((await leaf()).verify(authority.publicKey));
    const files = await secretFiles(first, "cilium-kvstoremesh");
    assert.ok(new X509Certificate(files["mesh-cluster2.client.crt"] ?? "").verify(authority.publicKey));
    assert.equal(new X509Certificate(files["mesh-cluster2.ca.crt"] ?? "").fingerprint256, authority.fingerprint256);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("needs one certificate of a peer for clusters that have one authority by now", async () => {
    const { "ca.crt": certificate = "", "ca.key": key = "" } = await secretFiles(first, "cilium-ca");
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    await second.upgradeCilium({ tls: { ca: { cert: base64(certificate), key: base64(key) } } });
    succeeded(await stack.up());
    const files = await secretFiles(third, "cilium-clustermesh");
    assert.deepEqual(
      Object.keys(files).filter((name) => name.endsWith(".client.crt")),
      ["mesh-cluster1.client.crt"],
    );
    assert.match(files["cluster2"] ?? "", /mesh-cluster1\.client\.crt/);
    const leaf = new X509Certificate(files["mesh-cluster1.client.crt"] ?? "");
    for (const peer of [first, second]) {
      const authority = new X509Certificate((await secretFiles(peer, "cilium-ca"))["ca.crt"] ?? "");
      assert.ok(leaf.verify(authority.publicKey), peer.name);
    }
    assert.deepEqual(await usersIn(second), ["remote-cluster1", "remote-cluster3"]);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("drops one that is lost without asking it, and says how it is given back", async () => {
    const lost = withMember(meshConfig(clusters), first.name, { ...clusterConfig(first), lost: true });
    const written = await versions(first);
    await first.apiServer.stop();
    try {
      await stack.configure(lost);
      succeeded(await stack.preview());
      succeeded(await stack.up());
      assert.deepEqual(await usersIn(second), ["remote-cluster3"]);
      assert.deepEqual(await peersOf(second), names(second, third));
      succeeded(await stack.up("--expect-no-changes"));
      const run = succeeded(await stack.destroy());
      assert.match(
        run.text,
        /cluster "cluster1": ConfigMap kube-system\/clustermesh-remote-users keeps remote-cluster2/,
      );
      await first.apiServer.start();
      assert.deepEqual(await versions(first), written);
      await runByHand(first, run.text);
    } finally {
      await first.apiServer.start();
    }
    await removeUsers(first);
    assert.deepEqual(await snapshot(first), untouched[0]);
    assert.deepEqual(await snapshot(third), untouched[2]);
    // The authority of the second is another one by now, and Helm has one release more.
    assert.deepEqual(objectsOf(await snapshot(second)), objectsOf(untouched[1] ?? {}));
  });
});
