import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import type { LabCluster } from "../../../lab";
import { makeTrafficPods, removeTrafficPods } from "../../support/cilium/crossNodeTraffic";
import { renewIssuedCertificate, serveWithIssuedCertificate } from "../../support/etcdUsers/etcdServer";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { localConfig } from "../../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import {
  change,
  CILIUM_WORKLOADS,
  ciliumRolledOut,
  lostOf,
  makeStack,
  trafficEverywhere,
  type Traffic,
} from "../support/changing";
import { readinessDuring } from "../support/cilium/readiness";
import { thirdCluster, twoClusters } from "../support/level";
import { unmeshed } from "../support/mesh";
import { check } from "../support/meshCheck/check";
import { everyPeerReady, meshReady, peersSeen } from "../support/peers/peers";
import { timed } from "../support/say";

const NAMESPACE = "--namespace=kube-system";
const OWN_ETCD = "secret/cilium-etcd-secrets";
const CA_FILE = "etcd-client-ca.crt";

/** Has a cluster's own agents trust these authorities at their own etcd. They read that when they start. */
async function ownAgentsTrust(cluster: LabCluster, bundle: string): Promise<void> {
  const patch = JSON.stringify({ data: { [CA_FILE]: Buffer.from(bundle).toString("base64") } });
  await cluster.run([NAMESPACE, "patch", OWN_ETCD, "--type=merge", `--patch=${patch}`]);
}

async function restartAgents(cluster: LabCluster): Promise<void> {
  await cluster.run([NAMESPACE, "rollout", "restart", ...CILIUM_WORKLOADS]);
  await ciliumRolledOut(cluster);
}

/** The certificate that an etcd shows to a new connection. */
async function shownBy({ ciliumEtcd }: LabCluster): Promise<X509Certificate> {
  const { hostname: host, port } = new URL(ciliumEtcd.dialEndpoint);
  // Only looked at: whether it is trusted is for the agents to say.
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  try {
    return await new Promise((shown, failed) => {
      socket.once("error", failed);
      socket.once("secureConnect", () => {
        shown(socket.getPeerX509Certificate() ?? assert.fail("no certificate"));
      });
    });
  } finally {
    socket.destroy();
  }
}

describe("certificates that are renewed in a mesh under traffic", function () {
  this.timeout("6m");
  let clusters: readonly LabCluster[];
  let stack: PulumiStack;
  let traffic: Traffic;
  const ownCAs = new Map<string, string>();

  const each = async (work: (cluster: LabCluster, ownCA: string) => Promise<void>): Promise<void> => {
    await Promise.all(clusters.map((cluster) => work(cluster, ownCAs.get(cluster.name) ?? assert.fail())));
  };
  const configuration = async (extra: object): Promise<Readonly<Record<string, unknown>>> => ({
    ...(await localConfig(clusters)),
    demo: false,
    ...extra,
  });
  const files = (secret: string) => Promise.all(clusters.map((cluster) => secretFiles(cluster, secret)));

  /** Does something under traffic; nothing may be lost. Gives for how long an agent did not see every peer ready. */
  async function under(what: string, work: () => Promise<unknown>): Promise<number> {
    const begin = Date.now();
    const { readiness } = await readinessDuring(what, clusters, work);
    const lost = lostOf(what, traffic.since(begin));
    process.stdout.write(`${JSON.stringify({ measured: what, lost, ...readiness })}\n`);
    assert.equal(lost, 0);
    return readiness.notReadySeconds;
  }

  async function up(what: string, keyRevisions: object): Promise<void> {
    await change(what, stack, await configuration({ keyRevisions }));
  }

  /** What the agents say now, on connections of before and on new ones. */
  async function allReady(): Promise<void> {
    assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
    const ended = await check(Object.fromEntries(clusters.map(({ name, id }) => [name, id])), 60);
    assert.equal(ended.code, 0, ended.stderr);
  }

  before(async function () {
    this.timeout("10m");
    await unmeshed();
    clusters = [...(await twoClusters()), await thirdCluster()];
    for (const cluster of clusters) {
      ownCAs.set(cluster.name, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
      await makeTrafficPods(cluster);
    }
    // The etcds get their certificates from the mesh: first the Secrets, then the etcds and the agents that trust them, then the check.
    stack = await makeStack("rotation", await configuration({ wait: { check: false } }));
    succeeded(await timed("up for the first certificates", () => stack.up()));
    await timed("etcds with certificates of the mesh", () =>
      each(async (cluster, ownCA) => {
        const { "ca.crt": issued = "" } = await secretFiles(cluster, "clustermesh-etcd-server");
        await ownAgentsTrust(cluster, `${ownCA}${issued}`);
        await serveWithIssuedCertificate(cluster, ownCA);
        await restartAgents(cluster);
      }),
    );
    await change("up with the check", stack, await configuration({}));
    traffic = await trafficEverywhere(clusters);
  });

  after(async function () {
    this.timeout("8m");
    await traffic.stop();
    succeeded(await stack.destroy());
    await each(async (cluster, ownCA) => {
      await ownAgentsTrust(cluster, ownCA);
      await cluster.ciliumEtcd.restart(cluster.ciliumEtcd.ownTls);
      await restartAgents(cluster);
      await removeTrafficPods(cluster);
    });
  });

  it("new keys and certificates for clients: nothing lost, ready all the while", async () => {
    const before = await files("cilium-clustermesh");
    assert.equal(await under("client certificates", () => up("up, client", { client: 2 })), 0);
    const after = await files("cilium-clustermesh");
    after.forEach((now, index) => {
      for (const file of ["mesh.client.key", "mesh.client.crt"]) assert.notEqual(now[file], before[index]?.[file]);
    });
    await allReady();
  });

  it("new keys and certificates for etcds: nothing lost, ready all the while", async () => {
    const before = await Promise.all(clusters.map(shownBy));
    const rotate = async (): Promise<void> => {
      await up("up, server", { client: 2, server: 2 });
      await each(renewIssuedCertificate);
    };
    assert.equal(await under("server certificates", rotate), 0);
    const after = await Promise.all(clusters.map(shownBy));
    after.forEach((now, index) => {
      assert.notEqual(now.serialNumber, before[index]?.serialNumber);
    });
    await allReady();
  });

  it("another CA, in three steps: nothing lost", async () => {
    const revisions = (...authority: readonly number[]) => ({ client: 2, server: 2, authority });
    await under("a second CA is trusted", () => up("up, authority [1, 2]", revisions(1, 2)));
    const restart = async (): Promise<void> => {
      await each(async (cluster, ownCA) => {
        const { "ca.crt": bundle = "" } = await secretFiles(cluster, "clustermesh-etcd-server");
        assert.equal(bundle.match(/BEGIN CERTIFICATE/g)?.length, 2);
        await ownAgentsTrust(cluster, `${ownCA}${bundle}`);
        await serveWithIssuedCertificate(cluster, ownCA);
        await restartAgents(cluster);
      });
      // A rolled out agent may still be connecting.
      await meshReady(clusters);
    };
    await under("etcds and agents are restarted with both", restart);
    await allReady();
    const old = new X509Certificate(
      (await secretFiles(clusters[0] ?? assert.fail(), "cilium-clustermesh"))["mesh.client.crt"] ?? "",
    );
    const sign = async (): Promise<void> => {
      await up("up, authority [2, 1]", revisions(2, 1));
      await each(renewIssuedCertificate);
    };
    assert.equal(await under("the second CA signs", sign), 0);
    const signed = new X509Certificate(
      (await secretFiles(clusters[0] ?? assert.fail(), "cilium-clustermesh"))["mesh.client.crt"] ?? "",
    );
    assert.notEqual(signed.serialNumber, old.serialNumber);
    await allReady();
    const drop = async (): Promise<void> => {
      await up("up, authority [2]", revisions(2));
      await each(renewIssuedCertificate);
    };
    await under("the first CA is dropped", drop);
    const [now] = await files("cilium-clustermesh");
    assert.ok(
      !new X509Certificate(now?.["mesh.client.crt"] ?? "").verify(
        new X509Certificate(ownCAs.get("cluster1") ?? "").publicKey,
      ),
    );
    assert.equal(now?.["mesh.ca.crt"]?.match(/BEGIN CERTIFICATE/g)?.length, 1);
    await allReady();
  });
});
