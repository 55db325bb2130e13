import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  ClusterMeshAuthority,
  type AdoptedCaArgs,
  type CaSource,
  type DescribedCluster,
  type Signing,
} from "../../../components";
import { present } from "../../../components/basics/model/own";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { clusterName, clusterSpec } from "../support/mesh/mesh";
import { runMesh, signedBy, withCa, type MeshOptions, type MeshRun } from "../support/meshProgram";
import { omit } from "../support/omit";
import { isWrappedSecret, run, valueOf, type Registered } from "../support/pulumiMocks";

const NUMBERS = [1, 2, 3];

/** A cluster as programs have it that do not look after it. */
function external(n: number, { specs, apiservers, ofApiservers }: MeshOptions, caSource?: CaSource): DescribedCluster {
  const spec = clusterSpec(n, specs?.[n]);
  return apiservers?.includes(n) === true
    ? { ...omit(spec, "etcd"), ...present({ apiserver: ofApiservers?.[n] }) }
    : withCa(clusterName(n), spec, caSource);
}

/** The same options without the CAs of clustermesh-apiservers: what the programs know that have them published. */
function withoutCas(options: MeshOptions): MeshOptions {
  const ways = Object.entries(options.ofApiservers ?? {}).map(([n, apiserver]) => [n, omit(apiserver, "ca")] as const);
  return { ...options, ofApiservers: Object.fromEntries(ways) };
}

/** What an authority stack has made of an authority for these clusters. */
async function publish(caSource: CaSource, options: MeshOptions = {}) {
  const clusters = Object.fromEntries(NUMBERS.map((n) => [clusterName(n), external(n, options, caSource)]));
  const { authority = "generated", ca } = signedBy(caSource);
  const cas = { authority, ...(ca === undefined ? {} : { ca }) };
  return run(() => new ClusterMeshAuthority("clustermesh", { ...options.settings, ...cas, clusters }));
}

async function published(caSource: CaSource, options: MeshOptions): Promise<CaSource> {
  const signing: Signing = await valueOf((await publish(caSource, options)).result.signing);
  return { kind: "published", from: caSource.kind === "published" ? caSource.from : caSource.kind, signing };
}

/** The part of a mesh that is one stack's. */
function part(numbers: readonly number[], caSource: CaSource, options: MeshOptions): Promise<MeshRun> {
  const rest = NUMBERS.filter((n) => !numbers.includes(n));
  const known = withoutCas(options);
  const others = Object.fromEntries(rest.map((n) => [clusterName(n), external(n, known)]));
  return runMesh({ ...known, clusters: numbers, authority: caSource, externalPeers: others });
}

const belongsTo = (name: string) => (each: Registered) =>
  new RegExp(`^(clustermesh-${name}\\b|provider)`).test(each.name);

/** What matters of a resource: its inputs with their secrets, and what else the engine is told. The CA is a resource in one of the two alone. */
const essence = ({ urn, parent, provider, dependencies, wrapped, replacementTrigger }: Registered) => ({
  urn,
  parent,
  provider,
  dependencies: dependencies.filter((each) => !each.includes("::clustermesh-ca-")).sort(),
  wrapped,
  replacementTrigger,
});

/** The first cluster publishes through its clustermesh-apiserver, with this CA, and KVStoreMesh reads its peers. */
const withApiserver = (ca: AdoptedCaArgs): MeshOptions => ({
  apiservers: [1],
  ofApiservers: { 1: { endpoints: ["https://cluster1.mesh.cilium.io:32379"], ca } },
  specs: { 1: { reads: "cached" } },
});

async function settings(): Promise<Readonly<Record<string, { authority: CaSource; options: MeshOptions }>>> {
  const { shared, perCluster } = await adoptedCas();
  const manage = { settings: { etcdUsers: "manage" } } as const;
  const apiserver = withApiserver(shared.authority);
  return {
    "a generated authority": { authority: { kind: "generated" }, options: {} },
    "a generated authority that follows another, and users": {
      authority: { kind: "generated" },
      options: { settings: { keyRevisions: { client: 2, server: 1, authority: [2, 1] }, etcdUsers: "manage" } },
    },
    "an adopted authority": { authority: shared, options: {} },
    "an authority for each cluster, and users": { authority: perCluster, options: manage },
    "a cluster with clustermesh-apiserver": { authority: { kind: "generated" }, options: apiserver },
    "one beside an authority for each cluster": { authority: perCluster, options: { ...apiserver, ...manage } },
    "a lost cluster": { authority: { kind: "generated" }, options: { specs: { 3: { lost: true } } } },
  };
}

describe("components: a part of a mesh", () => {
  it("has for its clusters what one stack of all would have", async () => {
    for (const [what, { authority: caSource, options }] of Object.entries(await settings())) {
      const whole = await runMesh({ ...options, authority: caSource, clusters: NUMBERS });
      const elsewhere = await published(caSource, options);
      for (const n of NUMBERS) {
        const name = clusterName(n);
        const alone = await part([n], elsewhere, options);
        const [had, has] = [whole, alone].map((ran) =>
          ran.resources
            .filter(belongsTo(name))
            .filter((each) => !each.name.startsWith("provider") || each.name === `provider${String(n)}`)
            .map(essence)
            .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
        );
        assert.ok((has ?? []).length >= 4, what);
        assert.deepEqual(has, had, `${what}: ${name}`);
      }
    }
  });

  it("has nothing of the other clusters, and no CA", async () => {
    const alone = await part([2], await published({ kind: "generated" }, {}), {});
    assert.deepEqual(
      alone.resources.map(({ name }) => name).filter((name) => /cluster[13]|-ca-/.test(name)),
      [],
    );
    assert.deepEqual(Object.keys(alone.result.certificates), ["cluster2"]);
    assert.match(await valueOf(alone.result.topology), /cluster1.*\n.*cluster2.*\n.*cluster3/);
  });

  it("may be several clusters", async () => {
    const two = await part([1, 3], await published({ kind: "generated" }, {}), {});
    assert.deepEqual(Object.keys(two.result.certificates), ["cluster1", "cluster3"]);
  });

  it("has an administrator for the etcds of its own clusters alone", async () => {
    const { perCluster } = await adoptedCas();
    const options = { settings: { etcdUsers: "manage" } } as const;
    const alone = await part([2], await published(perCluster, options), options);
    const admin = alone.resources.map(({ name }) => name).filter((name) => /etcd-admin-cert/.test(name));
    assert.deepEqual(admin, ["clustermesh-etcd-admin-cert/cluster2"]);
  });

  it("is refused for the whole mesh's problems, and for objects in clusters of others", async () => {
    const elsewhere = await published({ kind: "generated" }, {});
    const clash = { specs: { 3: { id: 101 } } };
    await assert.rejects(part([2], elsewhere, clash), /cluster "cluster3": id 101 is also used by cluster "cluster1"/);
    await assert.rejects(
      part([1, 3], elsewhere, { demo: { clusters: ["cluster1", "cluster2"] } }),
      /objects\.cluster2 are in no cluster of this stack; use one of cluster1, cluster3/,
    );
  });

  it("is refused where nobody has published a CA of another's clustermesh-apiserver, and never asks that for one", async () => {
    const { shared } = await adoptedCas();
    const options = withApiserver(shared.authority);
    const all = await published({ kind: "generated" }, options);
    assert.ok(all.kind === "published");
    const { "mesh.ca": ofMesh } = all.signing;
    assert.ok(ofMesh);
    await assert.rejects(
      part([2], { ...all, signing: { "mesh.ca": ofMesh } }, options),
      /cluster "cluster1": apiserver\.ca is not written down, and nobody asks a cluster of another stack/,
    );
  });

  it("is refused where nobody has published what it signs with", async () => {
    const { perCluster } = await adoptedCas();
    const all = await published(perCluster, {});
    assert.ok(all.kind === "published");
    const { cluster1, cluster2 } = all.signing;
    assert.ok(cluster1 && cluster2);
    const some: CaSource = { ...all, signing: { cluster1, cluster2 } };
    await assert.rejects(part([2], some, {}), /signing material "cluster3" is missing; publish the authority/);
  });
});

describe("components: an authority of a mesh without its clusters", () => {
  it("has the CA under names of its own, and touches no cluster", async () => {
    const { result, resources } = await publish({ kind: "generated" });
    assert.deepEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
      [
        "clustermesh:index:ClusterMeshAuthority clustermesh",
        "tls:index/privateKey:PrivateKey clustermesh-ca-key",
        "tls:index/selfSignedCert:SelfSignedCert clustermesh-ca-cert",
      ],
    );
    assert.match(result.topology, /cluster3/);
    const [summary] = await valueOf(result.authorities);
    assert.deepEqual([summary?.authority, summary?.id, summary?.signs], ["mesh.ca", 1, true]);
  });

  it("gives away what signs as a secret, and nothing of it otherwise", async () => {
    const { perCluster } = await adoptedCas();
    const options = withApiserver((await adoptedCas()).shared.authority);
    for (const [authority, given] of [
      [perCluster, {}],
      [{ kind: "generated" }, {}],
      [{ kind: "generated" }, options],
    ] as const) {
      const { result, resources } = await publish(authority, given);
      assert.ok(await pulumi.isSecret(result.signing));
      assert.ok(!(await pulumi.isSecret(result.authorities)));
      const open = JSON.stringify(
        resources.map(({ wrapped }) => wrapped),
        (_key, value: unknown) => (isWrappedSecret(value) ? "[secret]" : value),
      );
      assert.doesNotMatch(open, /PRIVATE KEY/);
      assert.match(JSON.stringify(await valueOf(result.signing)), /PRIVATE KEY/);
    }
  });

  it("is refused for everything that is wrong with the mesh", async () => {
    const { error } = await run(() => {
      try {
        return new ClusterMeshAuthority("x", { clusters: { a: clusterSpec(1), b: clusterSpec(1) } });
      } catch (thrown) {
        return thrown;
      }
    }).then(({ result }) => ({ error: result }));
    assert.ok(pulumi.RunError.isInstance(error));
    assert.match(error.message, /cluster "b": id 101 is also used by cluster "a"/);
  });
});
