import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ClusterMesh, type ClusterMeshArgs, type MeshCluster } from "../../../components";
import { caKeyId } from "../../../components/certificates/model/certificates";
import type { Found } from "../../../components/mesh/model/publication";
import { testCA } from "../support/apiserver/certificates";
import { clusterName } from "../support/mesh/mesh";
import { commandInput } from "../support/meshProgram";
import { isWrappedSecret, run, valueOf, type Registered } from "../support/pulumiMocks";
import { files, metadata } from "../support/secretData";

const cluster = (n: number, over: Partial<MeshCluster> = {}): MeshCluster => ({
  id: 100 + n,
  context: `context${String(n)}`,
  podCIDRs: [`10.${String(100 + n)}.0.0/16`],
  ...over,
});

const found = (n: number, over: Found = {}): Found => {
  const host = `${clusterName(n)}.mesh.cilium.io`;
  return {
    reads: "direct",
    endpoints: [`https://${host}:2379`],
    hostAliases: { [host]: [`10.1.${String(n)}.1`] },
    ...over,
  };
};

/** cluster1 in kvstore mode; cluster2 whose `cilium-ca` signs, cluster3 whose CA is given, cluster4 without a key. */
async function mesh(secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {}) {
  const [ciliumCa, given, issuer] = await Promise.all([testCA(), testCA("CN=given"), testCA("CN=issuer")]);
  const remote = await issuer.pair({ commonName: "remote-cluster4" });
  const args: ClusterMeshArgs = {
    owner: "clustermesh/test",
    clusters: {
      cluster1: cluster(1, { etcd: { endpoints: ["https://10.1.1.1:2379"] } }),
      cluster2: cluster(2),
      cluster3: cluster(3, { apiserver: { ca: given } }),
      cluster4: cluster(4),
    },
    observed: {
      cluster2: { found: found(2, { clientCertificates: "signed" }) },
      // What is given counts.
      cluster3: { found: found(3, { clientCertificates: "issued" }) },
      cluster4: { found: found(4, { clientCertificates: "issued" }) },
    },
  };
  const all = {
    "kube-system/cilium-ca": { "ca.crt": ciliumCa.certificate, "ca.key": ciliumCa.privateKey },
    "kube-system/clustermesh-apiserver-remote-cert": {
      "tls.crt": remote.certificate,
      "tls.key": remote.privateKey,
      "ca.crt": issuer.certificate,
    },
    ...secrets,
  };
  const ran = await run(() => new ClusterMesh("clustermesh", args), false, undefined, {}, all);
  return { ...ran, ciliumCa, given, issuer, remote };
}

/** Three clusters whose CA is one, by what was found, and a fourth with its own. */
async function meshOfOneCa() {
  const ca = await testCA();
  const clusters = Object.fromEntries([1, 2, 3, 4].map((n) => [clusterName(n), cluster(n)]));
  const seen = (n: number) => found(n, { clientCertificates: "signed", ca: n === 4 ? "other" : "one" });
  const observed = Object.fromEntries([1, 2, 3, 4].map((n) => [clusterName(n), { found: seen(n) }]));
  const secret = { "ca.crt": ca.certificate, "ca.key": ca.privateKey };
  const args: ClusterMeshArgs = { owner: "clustermesh/test", clusters, observed };
  return run(() => new ClusterMesh("clustermesh", args), false, undefined, {}, { "kube-system/cilium-ca": secret });
}

const named = (resources: readonly Registered[], name: string): Registered => {
  const one = resources.find((each) => each.name === name);
  assert.ok(one, name);
  return one;
};

describe("components: a mesh with a cluster of each kind of CA", () => {
  let ran: Awaited<ReturnType<typeof mesh>>;
  before(async () => {
    ran = await mesh();
  });
  const peersOf = (name: string) => named(ran.resources, `clustermesh-${name}-peers`);

  it("signs with the CA of each that has a key here, and with no other", () => {
    const signed = ran.resources.filter(({ type }) => type.endsWith(":LocallySignedCert"));
    const of = (name: string) =>
      signed
        .filter((each) => each.name.startsWith(`clustermesh-${name}-client-cert`))
        .map((each) => each.name.split("-client-cert")[1])
        .sort();
    assert.deepEqual(of("cluster4"), ["", "/cluster2", "/cluster3"]);
    assert.deepEqual(of("cluster2"), ["", "/cluster3"]);
    const by = (name: string) => named(ran.resources, `clustermesh-cluster4-client-cert/${name}`).inputs["caCertPem"];
    assert.equal(by("cluster2"), ran.ciliumCa.certificate);
    assert.equal(by("cluster3"), ran.given.certificate);
  });

  it("gives each cluster the files of each way, with a key of its own for what was issued", () => {
    const secret = files(peersOf("cluster1"));
    const paths = (peer: string) => {
      const file = parse(secret[peer] ?? "") as Readonly<Record<string, string>>;
      return ["trusted-ca-file", "cert-file", "key-file"].map((key) => file[key]?.split("/").at(-1));
    };
    assert.deepEqual(paths("cluster2"), ["mesh-cluster2.ca.crt", "mesh-cluster2.client.crt", "mesh.client.key"]);
    assert.deepEqual(paths("cluster3"), ["mesh-cluster3.ca.crt", "mesh-cluster3.client.crt", "mesh.client.key"]);
    assert.deepEqual(paths("cluster4"), [
      "mesh-cluster4.ca.crt",
      "mesh-cluster4.client.crt",
      "mesh-cluster4.client.key",
    ]);
    assert.equal(secret["mesh-cluster4.client.crt"], ran.remote.certificate);
    assert.equal(secret["mesh-cluster4.client.key"]?.trim(), ran.remote.privateKey.trim());
    assert.equal(secret["mesh-cluster4.ca.crt"], ran.issuer.certificate);
    for (const peer of ["cluster2", "cluster3", "cluster4"]) {
      assert.ok(
        paths(peer).every((file) => file !== undefined && Object.hasOwn(secret, file)),
        peer,
      );
    }
    assert.ok(!Object.hasOwn(files(peersOf("cluster4")), "mesh-cluster4.client.key"));
  });

  it("lists these keys, and what it is issued as", () => {
    const annotations = Object.values(metadata(peersOf("cluster1")).annotations ?? {});
    assert.ok(annotations.some((each) => each.split(",").includes("mesh-cluster4.client.key")));
    const id = caKeyId(ran.issuer.certificate);
    assert.ok(annotations.some((each) => each.includes(`"cluster4":{"signs":"${id}","trusts":["${id}"]}`)));
  });

  it("makes users where each peer has a certificate of its own, and the one of what was issued", () => {
    const users = (name: string) => commandInput(named(ran.resources, `clustermesh-${name}-remote-users`))["users"];
    assert.deepEqual(users("cluster2"), ["remote-cluster1", "remote-cluster3", "remote-cluster4"]);
    assert.deepEqual(users("cluster3"), ["remote-cluster1", "remote-cluster2", "remote-cluster4"]);
    assert.deepEqual(users("cluster4"), ["remote-cluster4"]);
    assert.ok(!("stdin" in named(ran.resources, "clustermesh-cluster4-remote-users").inputs));
  });

  it("shows what each shows, and whom it trusts", async () => {
    const { certificates, authorities } = ran.result;
    const shown = await valueOf(pulumi.output([...(certificates["cluster1"] ?? [])]));
    const issued = shown.find(({ issuer }) => issuer === "cluster4");
    assert.deepEqual(issued, { subject: "CN=remote-cluster4", issuer: "cluster4", expires: "2028-11-15T12:00:00Z" });
    const all = await valueOf(authorities);
    const of = all.filter(({ authority }) => authority === "cluster4");
    assert.deepEqual(
      of.map(({ subject, signs }) => [subject, signs]),
      [["CN=issuer", true]],
    );
  });

  it("records where nobody signs here, for runs that do not ask the cluster", async () => {
    const { meshedClusters } = ran.result;
    assert.equal((await valueOf(meshedClusters["cluster4"])).clientCertificates, "issued");
    assert.equal((await valueOf(meshedClusters["cluster3"])).clientCertificates, undefined);
  });

  it("keeps keys secret", () => {
    const keys = [ran.remote, ran.given, ran.ciliumCa].map(({ privateKey }) => privateKey.split("\n")[1] ?? "-");
    const visible = (value: unknown): unknown => {
      if (isWrappedSecret(value)) return "(secret)";
      if (Array.isArray(value)) return value.map(visible);
      return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visible(each)]))
        : value;
    };
    const text = JSON.stringify(ran.resources.map(({ wrapped }) => visible(wrapped)));
    for (const key of keys) {
      assert.ok(!text.includes(key) && !text.includes(Buffer.from(key).toString("base64").slice(4, -8)));
    }
  });
});

describe("components: a mesh of clusters that have one CA", () => {
  it("needs one certificate of a peer for all of them", async () => {
    const { resources, result } = await meshOfOneCa();
    const leaves = resources.filter(({ type }) => type.endsWith(":LocallySignedCert")).map(({ name }) => name);
    assert.deepEqual(leaves.sort(), [
      "clustermesh-cluster1-client-cert/cluster1",
      "clustermesh-cluster1-client-cert/cluster4",
      "clustermesh-cluster2-client-cert/cluster1",
      "clustermesh-cluster2-client-cert/cluster4",
      "clustermesh-cluster3-client-cert/cluster1",
      "clustermesh-cluster3-client-cert/cluster4",
      "clustermesh-cluster4-client-cert/cluster1",
    ]);
    const secret = files(named(resources, "clustermesh-cluster4-peers"));
    const certificates = ["cluster1", "cluster2", "cluster3"].map(
      (peer) => /[^/\n]+client\.crt/.exec(secret[peer] ?? "")?.[0],
    );
    assert.deepEqual([...new Set(certificates)], ["mesh-cluster1.client.crt"]);
    assert.ok(Object.hasOwn(secret, "mesh-cluster1.ca.crt") && !Object.hasOwn(secret, "mesh-cluster2.ca.crt"));
    assert.equal((await valueOf(result.meshedClusters["cluster2"])).ca, "one");
  });

  it("has the users of all peers in each of them", async () => {
    const { resources } = await meshOfOneCa();
    const users = commandInput(named(resources, "clustermesh-cluster2-remote-users"))["users"];
    assert.deepEqual(users, ["remote-cluster1", "remote-cluster3", "remote-cluster4"]);
  });
});
