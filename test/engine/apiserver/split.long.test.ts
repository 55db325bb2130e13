import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { parse } from "yaml";
import type { LabCluster } from "../../../lab";
import { createAuthority } from "../../../lab/pki/certificate";
import { changes } from "../../support/events";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshots, versions } from "../../support/kubernetes/snapshot";
import { findLeaks, keyNeedles, keysIn, type Haystack } from "../../support/secrecy/needles";
import { allowing, WITHOUT_NODES, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { apiserverMesh, nodesOf } from "../support/apiserver/apiserverLab";
import { patched } from "../support/apiserver/refused";
import { usersIn } from "../support/apiserver/users";
import { engine } from "../support/engine";

const AUTHORITY = "split-apiserver-authority";
const PEERS = "cilium-clustermesh";
const CACHES = "cilium-kvstoremesh";
const SERVER = "clustermesh-apiserver-server-cert";

type Files = Readonly<Record<string, string>>;
type Json = Readonly<Record<string, unknown>>;

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** How peers reach a clustermesh-apiserver, as its cluster would tell it. */
function wayIn(cluster: LabCluster): Json {
  const host = `${cluster.name}.mesh.cilium.io`;
  return { endpoints: [`https://${host}:32379`], hostAliases: { [host]: nodesOf(cluster).map(({ ip }) => ip) } };
}

/** A cluster as the authority stack lists it. */
function listed(cluster: LabCluster): Json {
  const { id, podCIDRs, nodeCIDRs, mode, ciliumEtcd } = cluster;
  const published = mode === "kvstore" ? { etcd: { endpoints: [ciliumEtcd.endpoint] } } : { apiserver: wayIn(cluster) };
  return { id, podCIDRs, nodeCIDRs, ...published };
}

const clusterStack = (clusters: readonly LabCluster[], extra: Json = {}): Json => ({
  role: "cluster",
  authorityStack: `organization/clustermesh/${AUTHORITY}`,
  clusters: Object.fromEntries(clusters.map(({ name, context }) => [name, { context }])),
  ...allowing(),
  ...WITHOUT_NODES,
  ...extra,
});

/** The CA in a Secret by which a leaf in it is verified. */
function signerOf(leaf: X509Certificate, files: Files): string | undefined {
  const cas = Object.keys(files).filter((file) => file.endsWith(".ca.crt"));
  return cas.find((file) => leaf.verify(new X509Certificate(files[file] ?? "").publicKey));
}

/** A file of a Secret as it is, whichever program has made it: keys and leaves are new in each mesh, and so is a generated CA. */
function lasting(file: string, text: string, files: Files): unknown {
  if (file.endsWith(".client.key")) return createPrivateKey(text).asymmetricKeyType;
  if (file.endsWith(".client.crt")) {
    const leaf = new X509Certificate(text);
    return [leaf.subject, signerOf(leaf, files)];
  }
  if (file === "mesh.ca.crt") return new X509Certificate(text).subject;
  return file.endsWith(".crt") ? text : (parse(text) as unknown);
}

async function lastingFiles(cluster: LabCluster, secret: string): Promise<Json> {
  const files = await secretFiles(cluster, secret);
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, lasting(file, text, files)]));
}

/** What a mesh has given its clusters. */
async function given(clusters: readonly LabCluster[]): Promise<readonly Json[]> {
  return Promise.all(
    clusters.map(async (cluster) => ({
      peers: await lastingFiles(cluster, PEERS),
      ...(cluster.mode === "kvstoremesh" ? { caches: await lastingFiles(cluster, CACHES) } : {}),
      users: await usersIn(cluster),
    })),
  );
}

describe("a mesh of several stacks with clusters that publish through clustermesh-apiserver", function () {
  this.timeout("15m");
  let clusters: readonly LabCluster[];
  let cached: LabCluster;
  let direct: LabCluster;
  let kvstore: LabCluster;
  let untouched: readonly Json[];
  let asOne: readonly Json[];
  let authority: PulumiStack;
  let first: PulumiStack;
  let others: PulumiStack;
  /** Everything that anybody could see. */
  const seen: Haystack[] = [];

  const run = (made: Run): Run => {
    seen.push({ place: "output of a run", content: made.text });
    return succeeded(made);
  };

  before(async () => {
    const mesh = await apiserverMesh("split-apiserver-one", 3);
    ({ clusters, untouched } = mesh);
    [cached = assert.fail(), direct = assert.fail(), kvstore = assert.fail()] = clusters;
    succeeded(await mesh.stack.up());
    asOne = await given(clusters);
    succeeded(await mesh.stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
    const { workstation } = await engine();
    const env = { KUBECONFIG: mesh.kubeconfig };
    authority = workstation.stack(AUTHORITY, undefined, env);
    first = workstation.stack(`split-${cached.name}`, undefined, env);
    others = workstation.stack(`split-${direct.name}-${kvstore.name}`, undefined, env);
    await first.init(clusterStack([cached]));
    await others.init(clusterStack([direct, kvstore]));
  });

  const authorityConfig = (): Json => ({
    role: "authority",
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.name, listed(cluster)])),
  });

  /** Gives a cluster's CA as the guide has it. */
  async function giveCa({ name }: LabCluster, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, text] of Object.entries(files)) {
      await authority.setSecret(`clusters.${name}.apiserver.ca.${key}`, text);
    }
  }

  const ownCa = async (cluster: LabCluster) => {
    const { "ca.crt": certificate = "", "ca.key": privateKey = "" } = await secretFiles(cluster, "cilium-ca");
    return { certificate, privateKey };
  };

  it("is refused by the authority stack while nobody can sign for the peers of one", async () => {
    await authority.init(authorityConfig());
    await giveCa(direct, await ownCa(direct));
    const { code, text } = await authority.preview();
    assert.notEqual(code, 0, text);
    assert.match(
      text,
      /cluster "cluster1": apiserver\.ca is not written down, and nobody asks a cluster of another stack; /,
    );
    assert.doesNotMatch(text, /cluster "cluster[23]"/);
  });

  it("has an authority stack that touches none of them, and shows no key", async () => {
    await giveCa(cached, await ownCa(cached));
    const before = await Promise.all(clusters.map(versions));
    run(await authority.up());
    assert.deepEqual(await Promise.all(clusters.map(versions)), before);
    const { registry } = await authority.outputs();
    const { clusters: known } = registry as { readonly clusters: Readonly<Record<string, Json>> };
    assert.deepEqual(known[cached.name]?.["apiserver"], wayIn(cached));
  });

  it("gives the first what one stack would, before its peers have anything", async () => {
    run(await first.up());
    assert.deepEqual(await given([cached]), asOne.slice(0, 1));
    assert.deepEqual(await snapshots([direct, kvstore]), untouched.slice(1));
  });

  it("gives all of them what one stack would", async () => {
    run(await others.up());
    assert.deepEqual(await given(clusters), asOne);
    const peers = asOne[2]?.["peers"] as Json;
    assert.deepEqual(peers["mesh-cluster1.client.crt"], ["CN=remote-cluster3", "mesh-cluster1.ca.crt"]);
    assert.deepEqual(asOne[0]?.["users"], ["remote-cluster2", "remote-cluster3"]);
  });

  it("has nothing to do in a second up of any stack", async () => {
    for (const stack of [authority, first, others]) {
      assert.deepEqual(changes(run(await stack.up("--expect-no-changes")).steps), []);
    }
  });

  it("shows the keys of the CAs in the clear nowhere", async () => {
    const stacks = await Promise.all(
      [authority, first, others].map(async (stack) => [
        { place: `export of ${stack.name}`, content: await stack.export() },
        { place: `outputs of ${stack.name}`, content: JSON.stringify(await stack.outputs()) },
      ]),
    );
    const own = [(await ownCa(cached)).privateKey, (await ownCa(direct)).privateKey];
    // As the state has them, they are written in another format.
    const published = keysIn(JSON.parse(await authority.exportOpen()));
    assert.ok(published.length >= own.length + 1);
    const needles = keyNeedles("a CA", [...own, ...published]);
    assert.deepEqual(findLeaks(needles, [...seen, ...stacks.flat()]), []);
    const open = { place: "a state in the open", content: await first.exportOpen() };
    assert.ok(findLeaks(needles, [open]).length > 0, "it would be found");
  });

  it("takes another CA of one, step by step through all stacks, and refuses one that its etcd does not trust", async () => {
    const former = await ownCa(direct);
    const { cert: certificate, key: privateKey } = await createAuthority("Cilium CA");
    const all = [authority, others, first];
    const trusted = async () => {
      const [ofCaches, ofAgents] = [await secretFiles(cached, CACHES), await secretFiles(kvstore, PEERS)];
      return [ofCaches, ofAgents].map((files) => (files["mesh-cluster2.ca.crt"] ?? "").split("BEGIN").length - 1);
    };
    await authority.setSecret(`clusters.${direct.name}.apiserver.ca.trusted[0]`, certificate);
    for (const stack of all) run(await stack.up());
    assert.deepEqual(await trusted(), [2, 2]);

    await giveCa(direct, { certificate, privateKey, "trusted[0]": former.certificate });
    run(await authority.up());
    const refused = await others.preview();
    assert.notEqual(refused.code, 0, refused.text);
    assert.match(
      refused.text,
      /cluster "cluster2": Secret kube-system\/clustermesh-apiserver-server-cert .*another in ca\.crt than apiserver\.ca/,
    );

    const { "ca.crt": before = "" } = await secretFiles(direct, SERVER);
    await patched(direct, `secret/${SERVER}`, { data: { "ca.crt": base64(`${before.trim()}\n${certificate}`) } });
    for (const stack of [others, first]) run(await stack.up());
    const signer = new X509Certificate(certificate).publicKey;
    for (const files of [await secretFiles(cached, CACHES), await secretFiles(kvstore, PEERS)]) {
      assert.ok(new X509Certificate(files["mesh-cluster2.client.crt"] ?? "").verify(signer));
    }
    assert.deepEqual(await trusted(), [2, 2]);
    for (const stack of all) assert.deepEqual(changes(run(await stack.up("--expect-no-changes")).steps), []);
    await patched(direct, `secret/${SERVER}`, { data: { "ca.crt": base64(before) } });
  });

  it("takes another CA at once where no live cluster is looked at", async () => {
    await authority.configure(authorityConfig());
    for (const cluster of [cached, direct]) await giveCa(cluster, await ownCa(cluster));
    run(await authority.up());
    const refused = await others.preview();
    assert.notEqual(refused.code, 0, refused.text);
    assert.match(refused.text, /cluster "cluster2": apiserver\.ca drops the CA of key/);

    const stacks = [
      { stack: others, of: [direct, kvstore], reads: { [direct.name]: { context: direct.context, reads: "direct" } } },
      { stack: first, of: [cached], reads: { [cached.name]: { context: cached.context, reads: "cached" } } },
    ];
    for (const { stack, of, reads } of stacks) {
      const { clusters: ways } = clusterStack(of) as { readonly clusters: Json };
      await stack.configure(clusterStack(of, { ...WITHOUT_PREFLIGHT, clusters: { ...ways, ...reads } }));
      run(await stack.up());
      await stack.configure(clusterStack(of));
      run(await stack.up());
      assert.deepEqual(changes(run(await stack.up("--expect-no-changes")).steps), []);
    }
    assert.deepEqual(await given(clusters), asOne);
  });

  it("goes stack by stack, and leaves every cluster as it was found", async () => {
    run(await others.destroy());
    const [, ...gone] = await snapshots(clusters);
    assert.deepEqual(gone, untouched.slice(1));
    run(await first.destroy());
    run(await authority.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
