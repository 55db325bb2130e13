import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createAuthority, issueLeaf, type LabCluster } from "../../../lab";
import { serveWithIssuedCertificate } from "../../support/etcdUsers/etcdServer";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { dial, orderedPairs } from "../support/certificates/dial";
import { engine, labClusters } from "../support/engine";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

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
