import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { adoptedCas } from "../../support/certificates/adoptedCas";
import { clusterConfiguration, clusters } from "../../support/stacks/configuration";
import {
  AUTHORITY_STACK,
  authorityValues,
  listed,
  load,
  memberValues,
  published,
  refusal,
} from "../../support/stacks/splitStacks";

const project = z.object({ config: z.record(z.string(), z.looseObject({ default: z.unknown().optional() })) });

/** The defaults of `Pulumi.yaml`, which Pulumi hands over to every stack as if they had been set. */
function declaredDefaults(): Readonly<Record<string, unknown>> {
  const { config } = project.parse(parse(readFileSync(join(__dirname, "..", "..", "..", "..", "Pulumi.yaml"), "utf8")));
  const own = Object.entries(config).filter(([key]) => !key.includes(":"));
  return Object.fromEntries(own.map(([key, { default: value }]) => [key, value]));
}

const heads = (lines: readonly string[]) => lines.slice(1).map((line) => line.split(";")[0]?.trim());

describe("stacks: roles", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("are a whole mesh, unless something else is said", async () => {
    const { role } = await load({ clusters: clusters(), liveChecks: false });
    assert.deepEqual(role, { kind: "mesh" });
    const { role: said } = await load({ role: "mesh", clusters: clusters(), liveChecks: false });
    assert.deepEqual(said, { kind: "mesh" });
  });

  it("are three", async () => {
    assert.deepEqual(heads(await refusal({ role: "peer", clusters: clusters() })), [
      '- mesh: clustermesh:role "peer" is not allowed',
    ]);
  });

  it("are asked for where somebody names an authority stack without one", async () => {
    const lines = await refusal({ clusters: clusters(), authorityStack: AUTHORITY_STACK, liveChecks: false });
    assert.deepEqual(lines.slice(1), [
      `  - mesh: clustermesh:authorityStack "${AUTHORITY_STACK}" is given, but this is no stack of a member; set clustermesh:role to "member", or remove it`,
    ]);
  });

  it("take the defaults of Pulumi.yaml for nobody's", async () => {
    const declared = declaredDefaults();
    const authority = { ...declared, ...(await authorityValues()) };
    assert.equal((await load(authority)).role.kind, "authority");
    assert.equal((await load({ ...declared, ...memberValues() }, await published())).role.kind, "member");
  });
});

describe("stacks: an authority stack", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("needs no way into a cluster, and refuses one, and what a member's stack decides", async () => {
    const values = await authorityValues({
      clusters: { cluster1: clusterConfiguration(1), cluster2: listed(2, { kubeconfig: "s3cr3t-0f-th3-cluster" }) },
      conflicts: "overwrite",
      demo: true,
      stalePods: "report",
    });
    const lines = await refusal(values);
    const where = "belongs to the stack of the member; set it there, and remove it here";
    assert.deepEqual(lines.slice(1), [
      `  - mesh: clustermesh:conflicts ${where}`,
      `  - mesh: clustermesh:demo ${where}`,
      `  - cluster "cluster1": context ${where}`,
      `  - cluster "cluster2": kubeconfig ${where}`,
    ]);
  });

  it("is refused for what is wrong with the mesh, as a stack of the whole mesh is", async () => {
    const wrong = { cluster1: listed(1, { id: 102 }), cluster2: listed(2, { podCIDRs: ["10.1.1.0/25"] }) };
    const whole = {
      cluster1: clusterConfiguration(1, { id: 102 }),
      cluster2: clusterConfiguration(2, { podCIDRs: ["10.1.1.0/25"] }),
    };
    const { shared } = await adoptedCas();
    const ofMesh = await refusal({ clusters: whole, authority: "adopted", ca: shared.authority, liveChecks: false });
    assert.equal(ofMesh.length, 3);
    assert.deepEqual(await refusal(await authorityValues({ clusters: wrong })), ofMesh);
  });

  it("publishes the mesh and its settings, and nothing secret in the open", async () => {
    const { [AUTHORITY_STACK]: outputs } = await published({ leafDays: 90, conflicts: "refuse" });
    const { ca, ...first } = { ca: undefined, ...listed(1) };
    assert.equal(ca, undefined);
    const { registry } = outputs as {
      readonly registry: { readonly clusters: Readonly<Record<string, object>>; readonly settings: object };
    };
    assert.deepEqual(registry.clusters["cluster1"], first);
    assert.deepEqual(
      { ...registry, clusters: undefined },
      {
        version: 1,
        authority: "adopted",
        clusters: undefined,
        settings: {
          authority: "adopted",
          cilium: {},
          maxConnectedClusters: 255,
          nativeRoutingCIDRs: [],
          keyAlgorithm: "P256",
          authorityDays: 1095,
          authorityRenewBeforeDays: 120,
          leafDays: 90,
          leafRenewBeforeDays: 60,
          generation: {},
          peerSecret: "cilium-clustermesh",
          etcdServerSecret: "clustermesh-etcd-server",
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
