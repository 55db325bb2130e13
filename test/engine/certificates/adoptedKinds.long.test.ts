import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { askEtcd, peerOf } from "../../support/etcdUsers/etcdClient";
import { serveWith } from "../../support/etcdUsers/etcdServer";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { OpenSsl, opensslMissing, type Made } from "../../support/openssl";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";
import { skip } from "../../support/skip";

const READ = ["get", "cilium/", "--prefix", "--keys-only"];

/** An etcd's certificate from a CA, with the CAs that it is sent with. */
function serverOf(openssl: OpenSsl, by: Made, { ciliumEtcd }: LabCluster, sent = ""): { cert: string; key: string } {
  const ips = [ciliumEtcd.endpoint, ciliumEtcd.dialEndpoint].map((url) => `IP:${new URL(url).hostname}`);
  const extensions = [`subjectAltName=${ips.join(",")}`, "extendedKeyUsage=serverAuth,clientAuth"];
  const { certificate, key } = openssl.make({ by, subject: "/CN=etcd", extensions });
  return { cert: certificate + sent, key };
}

describe("CAs of other kinds that are adopted", function () {
  this.timeout("5m");
  let openssl: OpenSsl;
  let stack: PulumiStack;
  let first: LabCluster;
  let second: LabCluster;
  let root: Made;
  let intermediate: Made;
  let parameters: Made;

  before(async function () {
    const missing = opensslMissing();
    if (missing !== undefined) {
      skip(this, missing);
    }
    openssl = new OpenSsl();
    const clusters = await labClusters(2);
    [first = assert.fail(), second = assert.fail()] = clusters;
    root = openssl.make({ subject: "/CN=root" });
    intermediate = openssl.make({ by: root });
    parameters = openssl.make();
    await serveWith(first, {
      ...serverOf(openssl, intermediate, first, intermediate.certificate),
      trusted: [root.certificate],
    });
    await serveWith(second, { ...serverOf(openssl, parameters, second), trusted: [parameters.certificate] });
    stack = (await engine()).workstation.stack("adopted-kinds");
    await stack.init(meshConfig(clusters, { authority: "adopted", etcdUsers: "manage" }));
  });

  after(async () => {
    openssl.remove();
    succeeded(await stack.destroy());
    await Promise.all([first, second].map(({ ciliumEtcd }) => ciliumEtcd.restart(ciliumEtcd.ownTls)));
  });

  async function adopt(cluster: LabCluster, certificate: string, privateKey: string): Promise<void> {
    await stack.setSecret(`clusters.${cluster.name}.etcd.ca.certificate`, certificate);
    await stack.setSecret(`clusters.${cluster.name}.etcd.ca.privateKey`, privateKey);
  }

  async function assertOpen(from: LabCluster, to: LabCluster): Promise<void> {
    const { endpoints, pem } = peerOf(await secretFiles(from, "cilium-clustermesh"), to.name);
    const answer = askEtcd((await engine()).lab.bin.etcdctl, endpoints[0] ?? "", pem, READ);
    assert.ok(answer.opened, `${from.name} at ${to.name}: ${answer.text}`);
  }

  it("open an etcd that trusts only the root of an intermediate, and one whose CA's key has its parameters in front", async () => {
    const behind = openssl.run(["ecparam", "-name", "prime256v1"]) + openssl.run(["ec"], parameters.key);
    await adopt(first, intermediate.certificate, intermediate.key);
    await adopt(second, parameters.certificate, behind);
    succeeded(await stack.up());
    await assertOpen(second, first);
    await assertOpen(first, second);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("go on as they are when the root is given as well", async () => {
    await adopt(first, intermediate.certificate + root.certificate, intermediate.key);
    succeeded(await stack.up());
    await assertOpen(second, first);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("are refused in the preview where an etcd or the plugin would refuse them later", async () => {
    await adopt(
      first,
      intermediate.certificate,
      openssl.run(["ec", "-aes128", "-passout", "pass:x"], intermediate.key),
    );
    const { code, text } = await stack.preview();
    assert.notEqual(code, 0, text);
    assert.match(text, /cluster "cluster1": etcd\.ca\.privateKey \(hidden\) is encrypted; /);
    await adopt(first, intermediate.certificate + root.certificate, intermediate.key);
  });
});
