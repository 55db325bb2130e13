import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { parse } from "yaml";
import type { LabCluster } from "../../../lab";
import { changes, nameOf } from "../../support/events";
import { ciliumConfig, secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshots, versions } from "../../support/kubernetes/snapshot";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { readState } from "../../support/stacks/stackState";
import { apiserverMesh, nodesOf } from "../support/apiserver/apiserverLab";

const PEERS = "cilium-clustermesh";
const CACHES = "cilium-kvstoremesh";
const USERS = "ConfigMap/kube-system/clustermesh-remote-users";
const CONFIG = "ConfigMap/kube-system/cilium-config";

/** What each cluster has in the state beside its certificate for its peer. */
const OF_EACH = [
  ...["cilium-ca", "client-key", "client-request", "original-config", "rollout", "remote-users", "objects", "peers"],
  "policy-check",
];

interface Shown {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** An object of a snapshot without annotations of these. */
function withoutMark(object: object | undefined, mark: string): object {
  const { metadata, ...rest } = object as Shown;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== mark);
  return { ...rest, metadata: { ...metadata, annotations: Object.fromEntries(annotations) } };
}

/** The peer file of a cluster that tells by itself how it is reached. */
function assertPeerFile(text: string | undefined, cluster: LabCluster): void {
  const host = `${cluster.name}.mesh.cilium.io`;
  const folder = "/var/lib/cilium/clustermesh";
  assert.deepEqual(parse(text ?? ""), {
    endpoints: [`https://${host}:32379`],
    "trusted-ca-file": `${folder}/mesh-${cluster.name}.ca.crt`,
    "cert-file": `${folder}/mesh-${cluster.name}.client.crt`,
    "key-file": `${folder}/mesh.client.key`,
    "cilium-host-aliases": [{ hostname: host, ips: nodesOf(cluster).map(({ ip }) => ip) }],
  });
}

/** The files by which a cluster opens a peer's etcd. */
async function assertOpens(files: Readonly<Record<string, string>>, from: LabCluster, to: LabCluster): Promise<void> {
  assertPeerFile(files[to.name], to);
  const authority = await secretFiles(to, "cilium-ca");
  assert.equal(files[`mesh-${to.name}.ca.crt`]?.trim(), authority["ca.crt"]?.trim());
  const leaf = new X509Certificate(files[`mesh-${to.name}.client.crt`] ?? "");
  assert.equal(leaf.subject, `CN=remote-${from.name}`);
  assert.ok(leaf.verify(new X509Certificate(authority["ca.crt"] ?? "").publicKey));
  assert.match(files["mesh.client.key"] ?? "", /PRIVATE KEY/);
}

describe("clusters that publish through clustermesh-apiserver, each declared by its id and context", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let cached: LabCluster;
  let direct: LabCluster;
  let untouched: readonly Readonly<Record<string, object>>[];
  let written: readonly Readonly<Record<string, unknown>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver"));
    [cached = assert.fail(), direct = assert.fail()] = clusters;
    written = await Promise.all(clusters.map(versions));
  });

  it("preview without writing anything, and tell of themselves what is not written down", async () => {
    const run = succeeded(await stack.preview());
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    const made = run.steps.filter(({ op }) => op === "create").map(({ urn }) => nameOf(urn));
    assert.ok(made.includes("clustermesh-cluster1-caches") && !made.includes("clustermesh-cluster2-caches"));
  });

  it("are given what they need, and nothing else", async () => {
    succeeded(await stack.up());
    const { urns } = readState(await stack.export());
    const names = urns.map(nameOf);
    const ofCluster = ({ name }: LabCluster) =>
      names.flatMap((each) =>
        each.startsWith(`clustermesh-${name}-`) ? [each.slice(`clustermesh-${name}-`.length)] : [],
      );
    assert.deepEqual(
      ofCluster(cached).toSorted(),
      ["caches", "caches-ready", "client-cert/cluster2", ...OF_EACH].toSorted(),
    );
    assert.deepEqual(ofCluster(direct).toSorted(), ["caches-gone", "client-cert/cluster1", ...OF_EACH].toSorted());
  });

  it("have in their Secrets the way to each peer, with a certificate of its authority", async () => {
    const [ofKvstoreMesh, ofAgents] = [await secretFiles(cached, CACHES), await secretFiles(direct, PEERS)];
    await assertOpens(ofKvstoreMesh, cached, direct);
    await assertOpens(ofAgents, direct, cached);
    const shared = clusters.flatMap(({ name }) => [name, `mesh-${name}.ca.crt`]);
    const files = (peer: LabCluster) => [...shared, `mesh-${peer.name}.client.crt`, "mesh.client.key"].toSorted();
    assert.deepEqual(Object.keys(ofKvstoreMesh).toSorted(), files(direct));
    assert.deepEqual(Object.keys(ofAgents).toSorted(), files(cached));
  });

  it("have their agents read the cache where KVStoreMesh fills one, with the certificate that the chart mounts", async () => {
    const files = await secretFiles(cached, PEERS);
    assert.deepEqual(Object.keys(files).toSorted(), clusters.map(({ name }) => name).toSorted());
    const stem = "/var/lib/cilium/clustermesh/local-etcd-client";
    assert.deepEqual(parse(files[direct.name] ?? ""), {
      endpoints: ["https://clustermesh-apiserver.kube-system.svc:2379"],
      "trusted-ca-file": `${stem}-ca.crt`,
      "cert-file": `${stem}.crt`,
      "key-file": `${stem}.key`,
    });
  });

  it("have the users of their peers, and no others", async () => {
    for (const [from, to] of [
      [cached, direct],
      [direct, cached],
    ] as const) {
      const { stdout } = await to.run([
        "get",
        "configmap/clustermesh-remote-users",
        "-n",
        "kube-system",
        "-o",
        "jsonpath={.data.users\\.yaml}",
      ]);
      assert.deepEqual(parse(stdout), { users: [{ name: `remote-${from.name}`, role: "remote" }] });
    }
  });

  it("roll nothing, and have nothing in cilium-config but a mark", async () => {
    const now = await snapshots(clusters);
    for (const [index, cluster] of clusters.entries()) {
      const before = untouched[index] ?? {};
      const made = [
        "Secret/kube-system/cilium-clustermesh",
        USERS,
        ...(cluster === cached ? [`Secret/kube-system/${CACHES}`] : []),
      ];
      const rest = Object.fromEntries(Object.entries(now[index] ?? {}).filter(([key]) => !made.includes(key)));
      const config = withoutMark(rest[CONFIG], "cilium-clustermesh/originals");
      assert.deepEqual({ ...rest, [CONFIG]: config }, { ...before, [CONFIG]: withoutMark(before[CONFIG], "") });
      assert.notDeepEqual(rest[CONFIG], before[CONFIG]);
      const versionsNow = await versions(cluster);
      for (const workload of Object.keys(versionsNow).filter((key) => /^(DaemonSet|Deployment)\//.test(key))) {
        assert.deepEqual(versionsNow[workload], written[index]?.[workload], workload);
      }
      assert.equal((await ciliumConfig(cluster))["cluster-name"], cluster.name);
    }
  });

  it("have nothing to do in a second up", async () => {
    assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
  });

  it("are left as they were found, field by field", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
