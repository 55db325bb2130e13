import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { adoptedCas } from "../../support/certificates/adoptedCas";
import { clusterConfiguration, clusters } from "../../support/stacks/configuration";
import { AUTHORITY_STACK, authorityValues, listed, load, published, refusal } from "../../support/stacks/splitStacks";

const heads = (lines: readonly string[]) => lines.slice(1).map((line) => line.split(";")[0]?.trim());

describe("stacks: roles", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("are a whole mesh, unless something else is said", async () => {
    const { role } = await load({ clusters: clusters(), wait: { preflight: false } });
    assert.deepEqual(role, { kind: "mesh" });
    const { role: said } = await load({ role: "mesh", clusters: clusters(), wait: { preflight: false } });
    assert.deepEqual(said, { kind: "mesh" });
  });

  it("are three", async () => {
    assert.deepEqual(heads(await refusal({ role: "peer", clusters: clusters() })), [
      '- mesh: clustermesh:role "peer" is not allowed',
    ]);
  });

  it("are asked for where an authority stack is named without it", async () => {
    const lines = await refusal({ clusters: clusters(), authorityStack: AUTHORITY_STACK, wait: { preflight: false } });
    assert.deepEqual(lines.slice(1), [
      `  - mesh: clustermesh:authorityStack "${AUTHORITY_STACK}" is given, but this is no cluster stack; set clustermesh:role to "cluster", or remove it`,
    ]);
  });
});

describe("stacks: an authority stack", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("needs no way into a cluster, and refuses one, and what a cluster stack decides", async () => {
    const values = await authorityValues({
      clusters: { cluster1: clusterConfiguration(1), cluster2: listed(2, { kubeconfig: "s3cr3t-0f-th3-cluster" }) },
      wait: { check: 60 },
      demo: true,
      requireExternalPeers: false,
    });
    const lines = await refusal(values);
    const where = "belongs to the cluster stack; set it there, and remove it here";
    assert.deepEqual(lines.slice(1), [
      `  - mesh: clustermesh:wait ${where}`,
      `  - mesh: clustermesh:demo ${where}`,
      `  - mesh: clustermesh:requireExternalPeers ${where}`,
      `  - cluster "cluster1": context ${where}`,
      `  - cluster "cluster2": kubeconfig ${where}`,
    ]);
  });

  it("allows what holds for the whole mesh, and nothing else", async () => {
    const lines = await refusal(await authorityValues({ allow: ["unreachable"] }));
    assert.deepEqual(heads(lines), ['- mesh: clustermesh:allow[0] "unreachable" is not allowed']);
  });

  it("is refused for what is wrong with the mesh, as a stack of the whole mesh is", async () => {
    const wrong = { cluster1: listed(1, { id: 102 }), cluster2: listed(2, { podCIDRs: ["10.1.1.0/25"] }) };
    const whole = {
      cluster1: clusterConfiguration(1, { id: 102 }),
      cluster2: clusterConfiguration(2, { podCIDRs: ["10.1.1.0/25"] }),
    };
    const { shared } = await adoptedCas();
    const ofMesh = await refusal({
      clusters: whole,
      authority: "adopted",
      ca: shared.authority,
      wait: { preflight: false },
    });
    assert.equal(ofMesh.length, 3);
    assert.deepEqual(await refusal(await authorityValues({ clusters: wrong })), ofMesh);
  });

  it("publishes the mesh and its settings, and nothing secret in the open", async () => {
    const { [AUTHORITY_STACK]: outputs } = await published({
      certificates: { leafDays: 90 },
      allow: ["sharedSubnets"],
    });
    const { ca, ...first } = { ca: undefined, ...listed(1) };
    assert.equal(ca, undefined);
    const { registry } = outputs as {
      readonly registry: { readonly clusters: Readonly<Record<string, object>>; readonly settings: object };
    };
    assert.deepEqual(registry.clusters["cluster1"], first);
    assert.deepEqual(
      { ...registry, clusters: undefined },
      {
        version: 3,
        authority: "adopted",
        clusters: undefined,
        settings: {
          authority: "adopted",
          cilium: {
            namespace: "kube-system",
            configMap: "cilium-config",
            daemonSet: "cilium",
            operator: "cilium-operator",
          },
          maxConnectedClusters: 255,
          certificates: { keyAlgorithm: "P256", authorityDays: 1095, leafDays: 90 },
          keyRevisions: { client: 1, server: 1, authority: [1] },
          allow: ["sharedSubnets"],
          peerSecret: "cilium-clustermesh",
          etcdUsers: "off",
        },
      },
    );
  });

  it("keeps the CAs of single clusters out of the open as well", async () => {
    const { perCluster } = await adoptedCas();
    const own = Object.entries(perCluster.authorities).map(([name, ca], index) => [
      name,
      listed(index + 1, { etcd: { endpoints: [`https://10.1.${String(index + 1)}.1:2379`], ca } }),
    ]);
    const stacks = await published({ clusters: Object.fromEntries(own) as unknown, ca: undefined });
    const { registry, signing } = stacks[AUTHORITY_STACK] as { readonly registry: unknown; readonly signing: object };
    assert.doesNotMatch(JSON.stringify(registry), /BEGIN/);
    assert.deepEqual(Object.keys(signing), ["cluster1", "cluster2", "cluster3"]);
  });
});
