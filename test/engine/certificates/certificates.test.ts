import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createAuthority, issueLeaf, type LabCluster } from "../../../lab";
import { askEtcd, peerOf, type ClientPem } from "../../support/etcdUsers/etcdClient";
import { serveWithIssuedCertificate } from "../../support/etcdUsers/etcdServer";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

const READ = ["get", "cilium/", "--prefix", "--keys-only"];
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const DAY_MS = 86_400_000;

interface Pair {
  readonly from: LabCluster;
  readonly to: LabCluster;
}

function orderedPairs(clusters: readonly LabCluster[]): readonly Pair[] {
  return clusters.flatMap((from) => clusters.filter((to) => to !== from).map((to) => ({ from, to })));
}

async function dial({ from, to }: Pair, change: (pem: ClientPem) => ClientPem = (pem) => pem) {
  const { lab } = await engine();
  const { endpoints, pem } = peerOf(await secretFiles(from, "cilium-clustermesh"), to.name);
  return askEtcd(lab.bin.etcdctl, endpoints[0] ?? "", change(pem), READ);
}

/** The bodies of private keys: what must not be found where nothing is encrypted. */
function keyBodies(pem: string): readonly string[] {
  return pem.split("\n").filter((line) => line.length > 40 && !line.startsWith("-----"));
}

describe("certificates of adopted authorities, one for each etcd", function () {
  this.timeout("2m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let seen = "";

  before(async () => {
    clusters = await labClusters(2);
    stack = (await engine()).workstation.stack("adopted");
    await stack.init(meshConfig(clusters, { authority: "adopted" }));
    for (const { name, ciliumEtcd } of clusters) {
      await stack.setSecret(`clusters.${name}.etcd.ca.certificate`, await readFile(ciliumEtcd.caFile, "utf8"));
      await stack.setSecret(`clusters.${name}.etcd.ca.privateKey`, await readFile(ciliumEtcd.caKeyFile, "utf8"));
    }
    seen = `${succeeded(await stack.preview("--diff")).text}${succeeded(await stack.up()).text}`;
  });

  after(async () => {
    succeeded(await stack.destroy());
  });

  it("open every peer's etcd as they come out of the Secret", async () => {
    for (const pair of orderedPairs(clusters)) {
      const answer = await dial(pair);
      assert.ok(answer.opened, `${pair.from.name} at ${pair.to.name}: ${answer.text}`);
    }
  });

  it("name the cluster and are good for a client alone", async () => {
    for (const pair of orderedPairs(clusters)) {
      const { pem } = peerOf(await secretFiles(pair.from, "cilium-clustermesh"), pair.to.name);
      const certificate = new X509Certificate(pem.cert ?? "");
      assert.equal(certificate.subject, `CN=remote-${pair.from.name}`);
      assert.deepEqual(certificate.keyUsage, [CLIENT_AUTH]);
    }
  });

  it("do not open it when they are of another authority, expired, or not there", async () => {
    const [from, to] = clusters;
    assert.ok(from && to);
    const authority = async ({ ciliumEtcd }: LabCluster) => ({
      cert: await readFile(ciliumEtcd.caFile, "utf8"),
      key: await readFile(ciliumEtcd.caKeyFile, "utf8"),
    });
    const leaf = { commonName: "remote-cluster1", usages: ["client"] as const };
    const expired = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
    const good = await issueLeaf(await authority(to), leaf);
    const foreign = await issueLeaf(await createAuthority("another"), leaf);
    const late = await issueLeaf(await authority(to), { ...leaf, ...expired });

    assert.ok((await dial({ from, to }, (pem) => ({ ...pem, ...good }))).opened, "the control does not open it");
    for (const pair of [foreign, late, await issueLeaf(await authority(from), leaf)]) {
      const answer = await dial({ from, to }, (pem) => ({ ...pem, ...pair }));
      assert.ok(!answer.opened, answer.text);
    }
    assert.ok(!(await dial({ from, to }, ({ ca }) => ({ ca }))).opened);
  });

  it("leave no private key in the clear in state, previews and outputs", async () => {
    const secrets = await Promise.all(clusters.map((cluster) => secretFiles(cluster, "cilium-clustermesh")));
    const authorities = await Promise.all(clusters.map(({ ciliumEtcd }) => readFile(ciliumEtcd.caKeyFile, "utf8")));
    const bodies = [...secrets.map((files) => files["mesh.client.key"] ?? ""), ...authorities].flatMap(keyBodies);
    assert.ok(bodies.length >= 4, "no keys to look for");
    const visible = [await stack.export(), JSON.stringify(await stack.outputs()), seen].join("\n");
    for (const body of bodies) {
      assert.ok(!visible.includes(body), "a private key is in the clear");
      const encoded = Buffer.from(`${body}\n`).toString("base64").slice(4, -8);
      assert.ok(!visible.includes(encoded), "a private key is in the clear, in base64");
    }
    assert.doesNotMatch(visible, /BEGIN [A-Z ]*PRIVATE KEY/);
  });
});

describe("certificates of a generated authority", function () {
  this.timeout("2m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];

  before(async () => {
    clusters = await labClusters(2);
    stack = (await engine()).workstation.stack("generated");
    await stack.init(meshConfig(clusters));
    succeeded(await stack.up());
    for (const cluster of clusters) {
      await serveWithIssuedCertificate(cluster, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
    }
  });

  after(async () => {
    succeeded(await stack.destroy());
    await Promise.all(clusters.map(({ ciliumEtcd }) => ciliumEtcd.restart(ciliumEtcd.ownTls)));
  });

  it("make an etcd that every peer opens", async () => {
    for (const pair of orderedPairs(clusters)) {
      const answer = await dial(pair);
      assert.ok(answer.opened, answer.text);
    }
  });

  it("are for servers with every name and address of the endpoints, and for the etcd's own client", async () => {
    for (const cluster of clusters) {
      const certificate = new X509Certificate((await secretFiles(cluster, "clustermesh-etcd-server"))["tls.crt"] ?? "");
      const host = new URL(cluster.ciliumEtcd.endpoint).hostname;
      assert.equal(certificate.checkIP(host), host);
      assert.equal(certificate.checkHost(`${cluster.name}.mesh.cilium.io`), `${cluster.name}.mesh.cilium.io`);
      assert.deepEqual([...(certificate.keyUsage as readonly string[])].sort(), [SERVER_AUTH, CLIENT_AUTH].sort());
    }
  });

  it("are refused by an etcd when they come from elsewhere", async () => {
    const [from, to] = clusters;
    assert.ok(from && to);
    const foreign = await issueLeaf(await createAuthority("another"), {
      commonName: "remote-cluster1",
      usages: ["client"],
    });
    assert.ok(!(await dial({ from, to }, (pem) => ({ ...pem, ...foreign }))).opened);
    assert.ok(!(await dial({ from, to }, ({ ca }) => ({ ca }))).opened);
  });
});
