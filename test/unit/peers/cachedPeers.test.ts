import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { shortHash } from "../../../components/basics/model/shortHash";
import type { ClientCertificate } from "../../../components/certificates/leafCertificate";
import { cacheFile } from "../../../components/peers/model/peerFile";
import {
  cacheSecret,
  hashPeers,
  kvstoremeshSecret,
  peerSecret,
  sharedCacheFiles,
} from "../../../components/peers/peerSecret";
import { DEFAULT_SETTINGS, type MeshSettings } from "../../../components/settings/model/settings";
import { run, valueOf } from "../support/pulumiMocks";
import { files, metadata } from "../support/secretData";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const CLUSTERS = [{ name: "cluster1" }, { name: "cluster2" }];
const SHARED: Readonly<Record<string, string>> = {
  cluster1: base64("endpoints: [one]"),
  cluster2: base64("endpoints: [two]"),
  "mesh.ca.crt": "",
};
const CACHED = "cluster1,cluster2";
const NAMED = "cluster1,cluster2,mesh.ca.crt,mesh.client.crt,mesh.client.key";

/** The Secrets of a cluster whose agents read a cache, and the one that it would have without. */
async function secrets(allow: MeshSettings["allow"] = []) {
  const { resources } = await run(() => {
    const issued = { issuer: "mesh.ca", privateKey: pulumi.output("key"), file: pulumi.output("leaf") };
    const marks = {
      record: pulumi.output("record"),
      owner: "clustermesh/test",
      reapply: "again",
      settings: { ...DEFAULT_SETTINGS, allow },
    };
    const args = { ...marks, shared: pulumi.output(SHARED), certificates: [issued as unknown as ClientCertificate] };
    peerSecret("direct", args, {});
    const caches = kvstoremeshSecret("caches", args, {});
    const cacheFiles = sharedCacheFiles(CLUSTERS, DEFAULT_SETTINGS.cilium.namespace);
    return cacheSecret("agents", { ...marks, cacheFiles }, { dependsOn: caches });
  });
  const one = (name: string) => resources.find((each) => each.name === name) ?? assert.fail(name);
  return { direct: one("direct"), caches: one("caches"), agents: one("agents") };
}

describe("components: the peers of a cluster whose agents read a cache", () => {
  it("are what agents would read, in the Secret of KVStoreMesh", async () => {
    const { direct, caches } = await secrets();
    assert.deepEqual(files(caches), files(direct));
    assert.equal(Object.keys(files(caches)).sort().join(","), NAMED);
    assert.deepEqual(metadata(caches), { ...metadata(direct), name: "cilium-kvstoremesh" });
    assert.equal(metadata(direct).name, "cilium-clustermesh");
  });

  it("are for the agents files that lead to the cache, and no PEM", async () => {
    const { agents, direct, caches } = await secrets();
    const file = cacheFile("kube-system");
    assert.deepEqual(files(agents), { cluster1: file, cluster2: file });
    const { annotations, ...named } = metadata(direct);
    assert.deepEqual(metadata(agents), {
      ...named,
      annotations: { ...annotations, "cilium-clustermesh/keys": CACHED },
    });
    assert.ok(agents.dependencies.includes(caches.urn));
  });

  it("are patched into Secrets that were adopted, both of them, and written again when that is asked for", async () => {
    const { caches, agents } = await secrets(["adoptSecret"]);
    for (const [secret, keys] of [
      [caches, NAMED],
      [agents, CACHED],
    ] as const) {
      assert.match(secret.type, /v1:SecretPatch$/);
      assert.equal(metadata(secret).annotations?.["cilium-clustermesh/keys"], keys);
    }
    for (const secret of Object.values(await secrets())) {
      assert.equal(secret.replacementTrigger, "again", secret.name);
    }
  });

  it("have a hash that changes with all of it, and is what it was where there is no cache", async () => {
    const shared = pulumi.output(SHARED);
    const issued = [pulumi.output("one"), pulumi.output("two")];
    const cached = sharedCacheFiles(CLUSTERS, "kube-system");
    const hashes = await Promise.all(
      [
        hashPeers(shared, issued),
        hashPeers(shared, issued, cached),
        hashPeers(shared, issued, sharedCacheFiles(CLUSTERS, "cilium")),
        hashPeers(shared, issued.slice(1), cached),
        hashPeers(pulumi.output<typeof SHARED>({ ...SHARED, cluster2: "" }), issued, cached),
      ].map((hash) => valueOf(hash)),
    );
    assert.equal(new Set(hashes).size, hashes.length);
    assert.equal(hashes[0], shortHash(JSON.stringify([SHARED, ["one", "two"]])));
  });
});
