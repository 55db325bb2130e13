import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { etcdAccounts } from "../../support/etcdUsers/etcdAuth";
import { serveWithIssuedCertificate } from "../../support/etcdUsers/etcdServer";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

describe("users of peers in an etcd with a certificate of this mesh", function () {
  this.timeout("4m");

  it("wait for that etcd to have it: up says so, and has made the Secret", async () => {
    const { lab, workstation } = await engine();
    const clusters = await labClusters(2);
    const stack = workstation.stack("users-generated");
    await stack.init(meshConfig(clusters, { etcdUsers: "manage" }));
    try {
      const early = await stack.up();
      assert.notEqual(early.code, 0, early.text);
      assert.match(early.text, /cluster "cluster[12]": etcd .*; its certificate is not of the authority/);
      for (const cluster of clusters) {
        const files = await secretFiles(cluster, "clustermesh-etcd-server");
        assert.ok(files["tls.crt"], `${cluster.name} has no server certificate`);
        await serveWithIssuedCertificate(cluster, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
      }
      succeeded(await stack.up());
    } finally {
      succeeded(await stack.destroy());
      await Promise.all(clusters.map(({ ciliumEtcd }) => ciliumEtcd.restart(ciliumEtcd.ownTls)));
    }
    for (const cluster of clusters) {
      assert.deepEqual(etcdAccounts(lab.bin.etcdctl, cluster), { users: {}, roles: {} });
    }
  });
});
