import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { issueLeaf } from "../../../lab";
import { secretFiles, uidOf } from "../../support/kubernetes/clusterObjects";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type Run } from "../../support/stacks/pulumi";
import { secretOutput, withOutputs } from "../../support/stacks/stateEdit";
import { begin, end, replaced, serveIssued } from "../support/certificates/rotating";
import type { NewStack } from "../support/newStack";
import { assertOpens, heldNow } from "../support/pairs";

const DAY_MS = 86_400_000;
const SERVER = "clustermesh-etcd-server";

/** The objects of both clusters that are not what they were. */
function differing(before: readonly object[], after: readonly object[]): readonly string[] {
  return before.flatMap((objects, index) => {
    const now = after[index] as Readonly<Record<string, unknown>>;
    const keys = new Set([...Object.keys(objects), ...Object.keys(now)]);
    const was = objects as Readonly<Record<string, unknown>>;
    return [...keys].filter((key) => JSON.stringify(was[key]) !== JSON.stringify(now[key]));
  });
}

describe("a rotation of keys and certificates", function () {
  this.timeout("4m");
  let mesh: NewStack;
  let keyRevisions: Readonly<Record<string, number>> = {};

  before(async () => {
    mesh = await begin("rotation");
  });
  after(() => end(mesh));

  /** Raises a revision; returns what a preview and the up said. */
  async function raise(key: "client" | "server"): Promise<{ readonly preview: Run; readonly up: Run }> {
    keyRevisions = { ...keyRevisions, [key]: 2 };
    await mesh.stack.configure(meshConfig(mesh.clusters, { keyRevisions }));
    const preview = succeeded(await mesh.stack.preview());
    return { preview, up: succeeded(await mesh.stack.up()) };
  }

  for (const [key, what, stems, secret] of [
    [
      "client",
      "client key and certificate",
      ["clustermesh-cluster1-client", "clustermesh-cluster2-client"],
      "cilium-clustermesh",
    ],
    [
      "server",
      "etcd server key and certificate",
      ["clustermesh-cluster1-etcd-server", "clustermesh-cluster2-etcd-server"],
      SERVER,
    ],
  ] as const) {
    it(`of every ${key}: the preview says so, Secrets change in place, old and new open every etcd`, async () => {
      const { clusters, stack } = mesh;
      const uids = await Promise.all(clusters.map((cluster) => uidOf(cluster, `secret/${secret}`)));
      const files = await Promise.all(clusters.map((cluster) => secretFiles(cluster, secret)));
      const held = await heldNow(clusters);
      const objects = await snapshots(clusters);

      const { preview, up } = await raise(key);
      for (const name of ["cluster1", "cluster2"]) {
        assert.match(
          preview.text,
          new RegExp(`cluster "${name}": ${what} go from revision 1 to 2; this run renews both`),
        );
      }
      const expected = stems.flatMap((stem) => [`${stem}-key`, `${stem}-request`, `${stem}-cert`]).sort();
      assert.deepEqual(replaced(preview), expected);
      assert.deepEqual(replaced(up), expected);

      const now = await Promise.all(clusters.map((cluster) => secretFiles(cluster, secret)));
      for (const [index, after] of now.entries()) {
        const before = files[index] ?? {};
        const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
        const pem = key === "client" ? ["mesh.client.crt", "mesh.client.key"] : ["tls.crt", "tls.key"];
        assert.deepEqual(changed.sort(), pem);
      }
      assert.deepEqual(await Promise.all(clusters.map((cluster) => uidOf(cluster, `secret/${secret}`))), uids);
      // The record of the generations is on the peers' Secret.
      const touched = new Set([`Secret/kube-system/${secret}`, "Secret/kube-system/cilium-clustermesh"]);
      assert.deepEqual(new Set(differing(objects, await snapshots(clusters))), touched);

      await assertOpens(clusters, held, "files from before, etcds from before");
      await assertOpens(clusters, await heldNow(clusters), "files from after, etcds from before");
      await serveIssued(clusters);
      await assertOpens(clusters, held, "files from before, etcds from after");
      await assertOpens(clusters, await heldNow(clusters), "files from after, etcds from after");
      succeeded(await stack.up("--expect-no-changes"));
    });
  }

  it("of a certificate that is due: the preview says that the replacement is a renewal, and the key stays", async () => {
    const { clusters, stack } = mesh;
    const held = await heldNow(clusters);
    const state = await stack.exportOpen();
    const ca = (await secretFiles(clusters[0] ?? assert.fail(), "cilium-clustermesh"))["mesh.ca.crt"] ?? "";
    const key = createPrivateKey(secretOutput(state, "clustermesh-ca-key", "privateKeyPem"));
    const pkcs8 = key.export({ type: "pkcs8", format: "pem" }).toString();
    const notAfter = new Date(Date.now() + 10 * DAY_MS);
    const old = await issueLeaf(
      { cert: ca, key: pkcs8 },
      { commonName: "remote-cluster1", usages: ["client"], notBefore: new Date(Date.now() - DAY_MS), notAfter },
    );
    // First the certificate of last year comes into the Secret, then the state learns of its end: as if a year had passed.
    await stack.replaceState(withOutputs(state, "clustermesh-cluster1-client-cert", { certPem: old.cert }));
    succeeded(await stack.up());
    assert.equal((await heldNow(clusters))["cluster1"]?.["mesh.client.crt"], old.cert);
    await stack.configure(meshConfig(clusters, { keyRevisions, certificates: { leafDays: 15 } }));
    const ends = notAfter.toISOString().slice(0, 10);
    const warned = succeeded(await stack.preview());
    assert.match(
      warned.text,
      new RegExp(`cluster "cluster1": client certificate ends on ${ends}, in 9 days; an up from`),
    );
    assert.doesNotMatch(warned.text, /cluster "cluster2": client certificate ends/);

    const end = notAfter.toISOString().replace(/\.\d+Z/, "Z");
    await stack.replaceState(
      withOutputs(await stack.exportOpen(), "clustermesh-cluster1-client-cert", { validityEndTime: end }),
    );
    await stack.configure(meshConfig(clusters, { keyRevisions }));
    const preview = succeeded(await stack.preview());
    assert.match(
      preview.text,
      new RegExp(
        `cluster "cluster1": client certificate ends on ${ends}, in 9 days; this run renews it \\(due 60 days before its end\\)`,
      ),
    );
    assert.deepEqual(replaced(preview), ["clustermesh-cluster1-client-cert"]);
    assert.deepEqual(replaced(succeeded(await stack.up())), ["clustermesh-cluster1-client-cert"]);

    const now = await heldNow(clusters);
    assert.equal(now["cluster1"]?.["mesh.client.key"], held["cluster1"]?.["mesh.client.key"]);
    const certificate = new X509Certificate(now["cluster1"]?.["mesh.client.crt"] ?? "");
    assert.ok(Date.parse(certificate.validTo) > Date.now() + 300 * DAY_MS);
    await assertOpens(clusters, now, "renewed");
    await assertOpens(clusters, held, "from before");
    assert.doesNotMatch(succeeded(await stack.up("--expect-no-changes")).text, /ends on/);
  });

  it("of the CA's certificate that is due: its key stays, and old and new go together", async () => {
    const { clusters, stack } = mesh;
    const held = await heldNow(clusters);
    const end = new Date(Date.now() + 100 * DAY_MS).toISOString().replace(/\.\d+Z/, "Z");
    await stack.replaceState(withOutputs(await stack.exportOpen(), "clustermesh-ca-cert", { validityEndTime: end }));
    const preview = succeeded(await stack.preview());
    const renewed = ["clustermesh-cluster1-client-cert", "clustermesh-cluster1-etcd-server-cert"];
    const others = ["clustermesh-cluster2-client-cert", "clustermesh-cluster2-etcd-server-cert", "clustermesh-ca-cert"];
    assert.deepEqual(replaced(preview), [...renewed, ...others].sort());
    assert.deepEqual(replaced(succeeded(await stack.up())), [...renewed, ...others].sort());

    const now = await heldNow(clusters);
    const [before, after] = [held, now].map((each) => new X509Certificate(each["cluster1"]?.["mesh.ca.crt"] ?? ""));
    assert.ok(before && after);
    assert.notEqual(before.fingerprint256, after.fingerprint256);
    assert.deepEqual(before.publicKey.export({ format: "jwk" }), after.publicKey.export({ format: "jwk" }));
    assert.notEqual(
      now["cluster1"]?.["cluster2"],
      held["cluster1"]?.["cluster2"],
      "agents are not told to read the CA",
    );
    // The etcds still run with the old CA, and with a certificate from before.
    await assertOpens(clusters, now, "a new certificate, and the new CA, at an etcd from before");
    await assertOpens(clusters, held, "an old certificate, and the old CA, at an etcd from before");
    await serveIssued(clusters);
    await assertOpens(clusters, now, "new at new");
    await assertOpens(clusters, held, "an old certificate, and the old CA, at an etcd from after");
  });
});
