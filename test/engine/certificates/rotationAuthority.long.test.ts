import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createAuthority, issueLeaf, type Pair } from "../../../lab";
import { serveWith } from "../../support/etcdUsers/etcdServer";
import { clusterConfig, meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type Run } from "../../support/stacks/pulumi";
import { assertRefused, begin, end, replaced, serveIssued } from "../support/certificates/rotating";
import { newStack, type NewStack } from "../support/newStack";
import { assertOpens, heldNow, type Held } from "../support/pairs";

describe("a rotation of the generated CA", function () {
  this.timeout("4m");
  let mesh: NewStack;
  let held: Held;

  before(async () => {
    mesh = await begin("rotation-ca");
    held = await heldNow(mesh.clusters);
  });
  after(() => end(mesh));

  async function configure(authority: readonly number[]): Promise<void> {
    await mesh.stack.configure(meshConfig(mesh.clusters, { keyRevisions: { authority } }));
  }

  async function refused(authority: readonly number[], ...lines: readonly RegExp[]): Promise<void> {
    await configure(authority);
    await assertRefused(mesh, ...lines);
  }

  /** Takes a step; whatever an agent or an etcd has not yet noticed of it, every pair goes on. */
  async function step(authority: readonly number[]): Promise<Run> {
    const { clusters, stack } = mesh;
    const before = held;
    await configure(authority);
    const run = succeeded(await stack.up());
    held = await heldNow(clusters);
    await assertOpens(clusters, before, `[${authority.join()}]: files and etcds from before`);
    await assertOpens(clusters, held, `[${authority.join()}]: etcds from before`);
    await serveIssued(clusters);
    await assertOpens(clusters, before, `[${authority.join()}]: files from before`);
    await assertOpens(clusters, held, `[${authority.join()}]`);
    return run;
  }

  const first = /first set clustermesh:keyRevisions\.authority to \[1,2\], pulumi up, and restart every etcd/;

  it("does not begin with its end", async () => {
    await refused([2], first, /lets revision 2 sign, which clusters "cluster1", "cluster2" do not trust yet/);
    await refused([2, 1], first);
  });

  it("begins with a second CA that is trusted", async () => {
    const before = held;
    const run = await step([1, 2]);
    assert.match(run.text, /makes revision 2 trusted; then restart every etcd/);
    assert.deepEqual(replaced(run), []);
    const files = held["cluster1"] ?? {};
    assert.equal((files["mesh.ca.crt"] ?? "").match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.notEqual(files["cluster2"], before["cluster1"]?.["cluster2"]);
  });

  it("does not drop the CA that signs", async () => {
    await refused(
      [2],
      /drops revision 1, which has signed .*; first set clustermesh:keyRevisions\.authority to \[2,1\]/,
    );
  });

  it("goes on with the second that signs, and no agent reconnects for that", async () => {
    const before = held;
    const run = await step([2, 1]);
    assert.match(run.text, /lets revision 2 sign; this run issues every certificate again/);
    const [file, ca] = ["cluster2", "mesh.ca.crt"];
    assert.deepEqual(
      [held["cluster1"]?.[file], held["cluster1"]?.[ca]],
      [before["cluster1"]?.[file], before["cluster1"]?.[ca]],
    );
    assert.notEqual(held["cluster1"]?.["mesh.client.crt"], before["cluster1"]?.["mesh.client.crt"]);
    const authorities = (await mesh.stack.outputs())["authorities"] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      authorities.map(({ id, signs }) => [id, signs]),
      [
        [2, true],
        [1, false],
      ],
    );
  });

  it("ends with the first one gone", async () => {
    await step([2]);
    const ca = held["cluster1"]?.["mesh.ca.crt"] ?? "";
    assert.equal(ca.match(/BEGIN CERTIFICATE/g)?.length, 1);
    assert.ok(
      new X509Certificate(held["cluster1"]?.["mesh.client.crt"] ?? "").verify(new X509Certificate(ca).publicKey),
    );
    succeeded(await mesh.stack.up("--expect-no-changes"));
    const urns = await mesh.stack.export();
    assert.ok(urns.includes("::clustermesh-ca-2-key") && !urns.includes("::clustermesh-ca-key"));
  });
});

describe("a rotation of an adopted CA", function () {
  this.timeout("6m");
  let mesh: NewStack;
  let held: Held;
  /** The first cluster's own CA and the one that follows it, and the certificate with which its etcd was found. */
  let [own, next, server]: readonly Pair[] = [];

  before(async () => {
    mesh = await newStack("rotation-adopted", 2, { authority: "adopted" });
    const { ciliumEtcd } = mesh.clusters[0] ?? assert.fail();
    own = await pair(ciliumEtcd.caFile, ciliumEtcd.caKeyFile);
    server = await pair(ciliumEtcd.ownTls.certFile, ciliumEtcd.ownTls.keyFile);
    next = await createAuthority("next");
    await adopt(own);
    succeeded(await mesh.stack.up());
    held = await heldNow(mesh.clusters);
  });
  after(() => end(mesh));

  async function pair(certFile: string, keyFile: string): Promise<Pair> {
    return { cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
  }

  /** Writes down who signs for the first cluster's etcd, and who is trusted beside. */
  async function adopt(signer: Pair, ...trusted: readonly Pair[]): Promise<void> {
    const { stack, clusters } = mesh;
    const cas = await Promise.all(
      clusters.map(async (cluster, index) =>
        index === 0 ? signer : await pair(cluster.ciliumEtcd.caFile, cluster.ciliumEtcd.caKeyFile),
      ),
    );
    const members = clusters.map((cluster, index): readonly [string, object] => {
      const config = clusterConfig(cluster);
      const more = index === 0 && trusted.length > 0 ? { trusted: trusted.map(({ cert }) => cert) } : {};
      const etcd = { ...(config["etcd"] as object), ca: { certificate: cas[index]?.cert, ...more } };
      return [cluster.name, { ...config, etcd }];
    });
    await stack.configure(meshConfig(clusters, { authority: "adopted", clusters: Object.fromEntries(members) }));
    for (const [index, { name }] of clusters.entries()) {
      await stack.setSecret(`clusters.${name}.etcd.ca.privateKey`, cas[index]?.key ?? "");
    }
  }

  /** Takes a step, and then has the etcd follow; every pair goes on all the while. */
  async function step(what: string, follow: () => Promise<void>): Promise<Run> {
    const { clusters, stack } = mesh;
    const before = held;
    const run = succeeded(await stack.up());
    held = await heldNow(clusters);
    await assertOpens(clusters, before, `${what}: files and etcd from before`);
    await assertOpens(clusters, held, `${what}: etcd from before`);
    await follow();
    await assertOpens(clusters, before, `${what}: files from before`);
    await assertOpens(clusters, held, what);
    return run;
  }

  it("goes from trusting both over the other that signs to the other alone, and not otherwise", async () => {
    assert.ok(own && next && server);
    const first = mesh.clusters[0] ?? assert.fail();
    await adopt(next);
    await assertRefused(
      mesh,
      /cluster "cluster1": etcd\.ca lets the CA of key [0-9a-f]{16} sign, which clusters "cluster1", "cluster2" do not trust yet/,
    );
    const both = [own.cert, next.cert];

    await adopt(own, next);
    const known = server;
    const trusting = await step("both trusted", () => serveWith(first, { ...known, trusted: both }));
    assert.deepEqual(replaced(trusting), []);

    await adopt(next);
    await assertRefused(mesh, /cluster "cluster1": etcd\.ca drops the CA of key [0-9a-f]{16}, which has signed/);

    await adopt(next, own);
    const host = new URL(first.ciliumEtcd.endpoint).hostname;
    const renewed = await issueLeaf(next, { commonName: "etcd", usages: ["server", "client"], ips: [host] });
    const signing = await step("the other signs", () => serveWith(first, { ...renewed, trusted: both }));
    assert.deepEqual(replaced(signing), ["clustermesh-cluster2-client-cert/cluster1"]);

    await adopt(next);
    const successor = next;
    await step("the other alone", () => serveWith(first, { ...renewed, trusted: [successor.cert] }));
    succeeded(await mesh.stack.up("--expect-no-changes"));
  });
});
