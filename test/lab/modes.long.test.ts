import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { down, status, up, type Lab, type LabCluster } from "../../lab";
import { inAgent } from "../support/cilium/agents";
import { ciliumConfig, secretFiles } from "../support/kubernetes/clusterObjects";
import { waitUntil } from "../support/waitUntil";
import { apiserverContainers, apiserverEvents, apiserverWithoutUsers } from "./support/apiserver/deployment";
import { MODES_LAB } from "./support/nodeLab";
import { say, timed } from "./support/say";

const WANTED = {
  name: MODES_LAB,
  nodes: [2, 1],
  modes: ["kvstoremesh", "apiserver"],
  identities: [
    { name: "west", id: 1 },
    { name: "east", id: 2 },
  ],
} as const;

const CONTAINERS = { kvstore: [], apiserver: ["apiserver", "etcd"], kvstoremesh: ["apiserver", "etcd", "kvstoremesh"] };

const subject = (pem: string | undefined): string => new X509Certificate(pem ?? "").subject;

describe("a lab of clusters with clustermesh-apiserver", function () {
  this.timeout("4m");
  let lab: Lab;
  let clusters: readonly LabCluster[];

  before(async function () {
    // The image is made where it is not in the cache.
    this.timeout("30m");
    const log = (line: string) => {
      say(`lab: ${line}`);
    };
    await down({ name: MODES_LAB, log });
    lab = await timed("lab of modes up", () => up({ ...WANTED, log }));
    clusters = lab.clusters;
  });

  after(async () => {
    await down({ name: MODES_LAB });
  });

  it("has agents in CRD mode with the name and id that were asked for, on every node", async () => {
    assert.deepEqual(
      clusters.map(({ mode, installedAs, nodes }) => [mode, installedAs, nodes.length]),
      WANTED.modes.map((mode, index) => [mode, WANTED.identities[index], WANTED.nodes[index]]),
    );
    for (const cluster of clusters) {
      const config = await ciliumConfig(cluster);
      assert.equal(config["identity-allocation-mode"], "crd");
      assert.deepEqual([config["kvstore"], config["etcd-config"]], [undefined, undefined]);
      assert.deepEqual(
        { name: config["cluster-name"], id: Number(config["cluster-id"]) },
        cluster.installedAs,
        cluster.name,
      );
      for (const node of cluster.nodes) await inAgent(cluster, node, ["cilium-dbg", "status", "--brief"]);
    }
  });

  it("starts no etcd of Cilium's own, and its status tells the modes", async () => {
    const found = await status(MODES_LAB);
    assert.deepEqual(
      Object.values(found?.cilium ?? {}).map(({ mode }) => mode),
      WANTED.modes,
    );
    const processes = found?.processes.map(({ process }) => process) ?? [];
    assert.ok(processes.includes("api-etcd") && !processes.includes("cilium-etcd"), processes.join(", "));
  });

  it("has an authority of each cluster's own with its key, of which the chart's certificates are", async () => {
    const authorities = await Promise.all(clusters.map((cluster) => secretFiles(cluster, "cilium-ca")));
    for (const [index, cluster] of clusters.entries()) {
      assert.match(authorities[index]?.["ca.key"] ?? "", /PRIVATE KEY/);
      const admin = await secretFiles(cluster, "clustermesh-apiserver-admin-cert");
      assert.equal(subject(admin["tls.crt"]), `CN=admin-${cluster.installedAs.name}`);
      assert.equal(admin["ca.crt"], authorities[index]?.["ca.crt"]);
    }
    assert.notEqual(authorities[0]?.["ca.crt"], authorities[1]?.["ca.crt"]);
  });

  it("has the containers of each mode, which wait for the list of users", async () => {
    for (const cluster of clusters) {
      assert.deepEqual((await apiserverContainers(cluster)).toSorted(), CONTAINERS[cluster.mode]);
      await waitUntil(`${cluster.name}: the kubelet misses the users`, 60, async () =>
        (await apiserverEvents(cluster)).includes('configmap "clustermesh-remote-users" not found'),
      );
    }
  });

  it("has an available clustermesh-apiserver once there is one", async () => {
    await Promise.all(
      clusters.map((cluster) =>
        timed(`${cluster.name}: clustermesh-apiserver available`, () => apiserverWithoutUsers(cluster)),
      ),
    );
  });

  it("has it in an image without a shell, as Cilium's own is", async () => {
    for (const { run } of clusters) {
      const inside = [
        "--namespace=kube-system",
        "exec",
        "deployment/clustermesh-apiserver",
        "--container=apiserver",
        "--",
      ];
      assert.match((await run([...inside, "clustermesh-apiserver", "version"])).stdout, /1\.20\.2/);
      await assert.rejects(run([...inside, "sh", "-c", "true"]), /exec: "sh": /);
    }
  });

  it("gets other certificates and another name by a Helm upgrade, of the authority that it had", async () => {
    const [cluster = assert.fail("no cluster1")] = clusters;
    const before = await secretFiles(cluster, "cilium-ca");
    await timed("helm upgrade", () => cluster.upgradeCilium({ cluster: { name: "south", id: 3 } }));
    const config = await ciliumConfig(cluster);
    assert.deepEqual([config["cluster-name"], config["cluster-id"]], ["south", "3"]);
    for (const [certificate, name] of [
      ["admin", "admin-south"],
      ["local", "local-south"],
    ] as const) {
      const files = await secretFiles(cluster, `clustermesh-apiserver-${certificate}-cert`);
      assert.equal(subject(files["tls.crt"]), `CN=${name}`);
    }
    assert.deepEqual(await secretFiles(cluster, "cilium-ca"), before);
    assert.deepEqual((await apiserverContainers(cluster)).toSorted(), CONTAINERS[cluster.mode]);
  });

  it("is completed without a change, and not with other modes", async () => {
    await up(WANTED);
    const [cluster = assert.fail("no cluster1")] = clusters;
    assert.equal((await ciliumConfig(cluster))["cluster-name"], "south");
    await assert.rejects(up({ ...WANTED, modes: ["kvstore"] }), /runs with mode kvstoremesh, .* in cluster1/);
  });
});
