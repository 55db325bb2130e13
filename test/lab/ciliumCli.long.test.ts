import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { skip } from "../support/skip";
import { ciliumCli, cliStatus, type CliRun, NO_CLI } from "./support/ciliumCli/run";
import { modesLab, type ModesLab } from "./support/modesLab";
import { CLI_LAB } from "./support/nodeLab";
import { say, timed } from "./support/say";

const PEERS_OF_CACHE = ["--namespace=kube-system", "patch", "secret/cilium-kvstoremesh", "--type=merge"];
const APISERVER = "--selector=k8s-app=clustermesh-apiserver";

/** Changes a file that KVStoreMesh has of a peer, and starts its pod anew: an open connection would go on. */
async function changeCacheFile(cluster: LabCluster, file: string, text: string): Promise<void> {
  const patch = JSON.stringify({ data: { [file]: Buffer.from(text).toString("base64") } });
  await cluster.run([...PEERS_OF_CACHE, `--patch=${patch}`]);
  await cluster.run(["--namespace=kube-system", "delete", "pods", APISERVER, "--wait"]);
  const rolled = ["rollout", "status", "deployment/clustermesh-apiserver", "--timeout=120s"];
  await cluster.run(["--namespace=kube-system", ...rolled]);
}

describe("Cilium's own CLI on a mesh of two clusters with KVStoreMesh", function () {
  this.timeout("6m");
  let cli: string;
  let own: ModesLab | undefined;
  let clusters: readonly LabCluster[] = [];
  let stack: PulumiStack;

  /** What the CLI says of every cluster. */
  async function judged(): Promise<readonly CliRun[]> {
    const all: CliRun[] = [];
    for (const cluster of clusters) all.push(await cliStatus(cli, cluster));
    return all;
  }

  async function saysAllConnected(): Promise<void> {
    for (const { cluster, code, text } of await judged()) {
      assert.equal(code, 0, text);
      const of = clusters.find(({ name }) => name === cluster)?.nodes.length ?? 0;
      for (const { name } of clusters.filter((other) => other.name !== cluster)) {
        const agents = `${name}: ${of}/${of} configured, ${of}/${of} connected`;
        assert.ok(text.includes(`${agents} - KVStoreMesh: 1/1 configured, 1/1 connected`), text);
      }
    }
  }

  before(async function () {
    this.timeout("30m");
    const found = ciliumCli();
    if (found === undefined) skip(this, NO_CLI);
    cli = found;
    own = await modesLab(["kvstoremesh", "kvstoremesh"], { name: CLI_LAB });
    clusters = own.lab.clusters;
    stack = own.workstation.stack("cli");
    await stack.init(await localConfig(clusters));
  });

  after(async () => {
    await own?.end();
  });

  it("calls no cluster ready before up", async () => {
    for (const { code, text } of await judged()) {
      assert.equal(code, 1, text);
      assert.match(text, /deployment clustermesh-apiserver is not ready/);
    }
  });

  it("says after up that every agent and every KVStoreMesh is connected", async () => {
    succeeded(await timed("pulumi up", () => stack.up()));
    await timed("cilium clustermesh status of both clusters", saysAllConnected);
  });

  it("says who is not connected where KVStoreMesh cannot reach a peer, and takes it back afterwards", async () => {
    const [cluster = assert.fail(), peer = assert.fail()] = clusters;
    const file = `mesh-${peer.name}.ca.crt`;
    const trusted = (await secretFiles(cluster, "cilium-kvstoremesh"))[file] ?? assert.fail(file);
    const other = (await secretFiles(cluster, "cilium-ca"))["ca.crt"] ?? assert.fail("ca.crt");
    await changeCacheFile(cluster, file, other);
    const { code, text } = await cliStatus(cli, cluster);
    say(text.trim().split("\n").slice(-1).join());
    assert.equal(code, 1, text);
    assert.match(text, new RegExp(`clustermesh-apiserver-\\S+ is not connected to cluster ${peer.name}`));
    await changeCacheFile(cluster, file, trusted);
    await saysAllConnected();
  });

  it("knows no peer after destroy", async () => {
    succeeded(await timed("pulumi destroy", () => stack.destroy()));
    for (const { text } of await judged()) {
      assert.match(text, /No cluster connected/);
      assert.doesNotMatch(text, / connected - KVStoreMesh/);
    }
  });
});
