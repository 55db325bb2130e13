import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createAuthority, issueLeaf, type LabCluster } from "../../../lab";
import { peerOf } from "../../support/etcdUsers/etcdClient";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { dial, orderedPairs } from "../support/certificates/dial";
import { engine, labClusters } from "../support/engine";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const DAY_MS = 86_400_000;

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
