import assert from "node:assert/strict";
import { parse } from "yaml";
import { peerSecretKeys } from "../../../components/peers/peerSecret";
import { SHARED_AUTHORITY } from "../../../components/certificates/model/certificates";
import { CLUSTERMESH_DIRECTORY } from "../../../components/peers/model/peerFile";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { member } from "../support/mesh/mesh";
import { runMesh, type MeshOptions, type MeshRun } from "../support/meshProgram";
import { files, metadata } from "../support/secretData";

const ISSUED = '{"client":1,"server":1,"authorities":{"mesh.ca":{"signs":1,"trusts":[1]}}}';
const MEMBERS = [1, 2, 3].map((n) => member(n));
const NAMES = ["cluster1", "cluster2", "cluster3"];
const THREE: MeshOptions = { clusters: [1, 2, 3] };

const secretOf = (ran: MeshRun, cluster: string, type = "v1:Secret") =>
  files(ran.one(type, `clustermesh-${cluster}-peers`));

/** Every file that a peer file names is a key of the same Secret; returns the PEM files named. */
function assertComplete(secret: Readonly<Record<string, string>>, peers: readonly string[]): readonly string[] {
  const named = peers.flatMap((peer) => {
    const config = parse(secret[peer] ?? "") as Record<string, string>;
    return ["trusted-ca-file", "cert-file", "key-file"].map((key) => config[key] ?? "");
  });
  for (const path of named) {
    assert.ok(path.startsWith(`${CLUSTERMESH_DIRECTORY}/`), path);
    assert.ok(path.slice(CLUSTERMESH_DIRECTORY.length + 1) in secret, path);
  }
  return named;
}

describe("components: the peers' Secret", () => {
  it("has a file for every cluster, and every PEM file that these name", async () => {
    const ran = await runMesh(THREE);
    for (const name of NAMES) {
      const secret = secretOf(ran, name);
      assert.deepEqual(Object.keys(secret).sort(), [...NAMES, "mesh.ca.crt", "mesh.client.crt", "mesh.client.key"]);
      assertComplete(secret, NAMES);
    }
  });

  it("has each cluster's own client certificate and key, and the authority's certificate", async () => {
    const ran = await runMesh(THREE);
    for (const name of NAMES) {
      const secret = secretOf(ran, name);
      assert.equal(secret["mesh.ca.crt"], "certificate clustermesh-ca-cert");
      assert.equal(secret["mesh.client.crt"], `certificate clustermesh-${name}-client-cert`);
      assert.match(secret["mesh.client.key"] ?? "", new RegExp(`\nclustermesh-${name}-client-key\n`));
    }
  });

  it("has the same peer files in every cluster, for an agent ignores its own", async () => {
    const ran = await runMesh(THREE);
    const peers = (cluster: string) => NAMES.map((name) => secretOf(ran, cluster)[name]);
    assert.deepEqual(peers("cluster2"), peers("cluster1"));
    assert.deepEqual(peers("cluster3"), peers("cluster1"));
  });

  it("names each cluster's endpoints and aliases", async () => {
    const etcd = { endpoints: ["https://etcd.two:2379"], hostAliases: { "etcd.two": ["10.1.2.1"] } };
    const ran = await runMesh({ specs: { 2: { etcd } } });
    const peer = parse(secretOf(ran, "cluster1")["cluster2"] ?? "") as Record<string, unknown>;
    assert.deepEqual(peer["endpoints"], ["https://etcd.two:2379"]);
    assert.deepEqual(peer["cilium-host-aliases"], [{ hostname: "etcd.two", ips: ["10.1.2.1"] }]);
  });

  it("is this stack's, in Cilium's namespace and under the chart's name", async () => {
    const secret = (await runMesh(THREE)).one("v1:Secret", "clustermesh-cluster1-peers");
    assert.deepEqual(metadata(secret), {
      name: "cilium-clustermesh",
      namespace: "kube-system",
      annotations: {
        "cilium-clustermesh/generation": ISSUED,
        "cilium-clustermesh/keys": "cluster1,cluster2,cluster3,mesh.ca.crt,mesh.client.crt,mesh.client.key",
        "cilium-clustermesh/owner": "clustermesh/test",
        "pulumi.com/patchFieldManager": "cilium-clustermesh",
        "pulumi.com/patchForce": "true",
      },
    });
    assert.ok(!("type" in secret.inputs), "it cannot be changed, and one that was adopted before may have any");
    assert.ok(!("stringData" in secret.inputs));
  });

  it("has another name, if wanted", async () => {
    const ran = await runMesh({ settings: { peerSecret: "my-peers" } });
    assert.equal(metadata(ran.one("v1:Secret", "clustermesh-cluster1-peers")).name, "my-peers");
  });
});

describe("components: the peers' Secret of each cluster's own CA", () => {
  it("has a certificate of every other cluster's CA, and one key for all of them", async () => {
    const { perCluster } = await adoptedCas();
    const ran = await runMesh({ ...THREE, authority: perCluster });
    for (const name of NAMES) {
      const others = NAMES.filter((other) => other !== name);
      const secret = secretOf(ran, name);
      const named = assertComplete(secret, others);
      assert.equal(new Set(named.filter((path) => path.endsWith(".key"))).size, 1);
      for (const other of others) {
        assert.equal(secret[`mesh-${other}.client.crt`], `certificate clustermesh-${name}-client-cert/${other}`);
        assert.equal(secret[`mesh-${other}.ca.crt`], perCluster.authorities[other]?.certificate);
      }
    }
  });

  it("is known to the preflight by its keys", async () => {
    const { perCluster } = await adoptedCas();
    const own = secretOf(await runMesh({ ...THREE, authority: perCluster }), "cluster1");
    const shared = secretOf(await runMesh(THREE), "cluster1");
    const unforeseen = (secret: object, authorities: readonly string[]) =>
      Object.keys(secret).filter((key) => !peerSecretKeys(MEMBERS, authorities).includes(key));
    assert.deepEqual(unforeseen(own, NAMES), []);
    assert.deepEqual(unforeseen(shared, [SHARED_AUTHORITY]), []);
    assert.deepEqual([...peerSecretKeys(MEMBERS, [SHARED_AUTHORITY])].sort(), Object.keys(shared).sort());
    const issuing = peerSecretKeys([member(1, { clientCertificates: "issued" }), member(2)], ["cluster1", "cluster2"]);
    assert.deepEqual(
      issuing.filter((key) => key.endsWith(".key")),
      ["mesh-cluster1.client.key", "mesh.client.key"],
    );
  });
});

describe("components: an adopted Secret", () => {
  it("is patched with our keys under our manager, and marked", async () => {
    const ran = await runMesh({ settings: { allow: ["adoptSecret"] } });
    assert.deepEqual(
      ran
        .all("v1:Secret")
        .map(({ name }) => name)
        .sort(),
      ["clustermesh-cluster1-etcd-server", "clustermesh-cluster2-etcd-server"],
    );
    const patch = ran.one("v1:SecretPatch", "clustermesh-cluster2-peers");
    assert.deepEqual(metadata(patch), {
      name: "cilium-clustermesh",
      namespace: "kube-system",
      annotations: {
        "cilium-clustermesh/generation": ISSUED,
        "cilium-clustermesh/keys": "cluster1,cluster2,mesh.ca.crt,mesh.client.crt,mesh.client.key",
        "cilium-clustermesh/owner": "clustermesh/test",
        "pulumi.com/patchFieldManager": "cilium-clustermesh",
        "pulumi.com/patchForce": "true",
        "pulumi.com/skipAwait": "true",
      },
    });
    assertComplete(files(patch), ["cluster1", "cluster2"]);
    assert.ok(!("type" in patch.inputs));
  });
});
