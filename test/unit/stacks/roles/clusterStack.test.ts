import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { rotationPolicy } from "../../../../components/preflight/rotation";
import { preflight } from "../../../../stacks/program/preflight";
import type { Registry } from "../../../../stacks/roles/registry";
import { meshDescription } from "../../../../stacks/program/arguments";
import { NOW } from "../../support/certificates/ca";
import { scriptedKubectl } from "../../support/kubernetes/scriptedKubectl";
import { bySeverity, clusterSpec, lines as formatted } from "../../support/mesh/mesh";
import { recorded } from "../../support/preflight/live";
import { clusterConfiguration } from "../../support/stacks/configuration";
import {
  AUTHORITY_STACK,
  authorityValues,
  listed,
  load,
  memberValues,
  published,
  refusalLines as lines,
} from "../../support/stacks/splitStacks";

/** The nth cluster as it is written down. */
function written(n: number): object {
  const { id, etcd, podCIDRs, nodeCIDRs } = clusterSpec(n);
  return { id, etcd, podCIDRs, nodeCIDRs };
}

describe("stacks: a cluster stack", () => {
  const kubectl = scriptedKubectl();

  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("has the whole mesh, settings included, and ways into its own clusters alone", async () => {
    const stacks = await published({
      certificates: { leafDays: 90 },
      cilium: { namespace: "cilium" },
      etcdUsers: "manage",
    });
    const { configuration, plan, role } = await load(memberValues({ wait: { preflight: false, check: 60 } }), stacks);
    assert.ok(role.kind === "cluster");
    assert.deepEqual(role.managed, ["cluster2"]);
    assert.match(String(plan.managed[0]?.observed.seenAs), /^not looked at, /);
    assert.deepEqual(
      Object.values(configuration.clusters).map(({ context }) => context),
      [undefined, "context2", undefined],
    );
    assert.deepEqual(configuration.clusters, {
      cluster1: written(1),
      cluster2: { ...written(2), context: "context2" },
      cluster3: written(3),
    });
    const { certificates, cilium, etcdUsers, wait } = configuration;
    assert.deepEqual([certificates.leafDays, cilium.namespace, etcdUsers, wait.check], [90, "cilium", "manage", 60]);
  });

  it("hands its own clusters and the others to the mesh", async () => {
    const { plan } = await load(memberValues(), await published());
    assert.deepEqual(
      plan.managed.map(({ cluster }) => cluster.name),
      ["cluster2"],
    );
    const second = { name: "cluster2", ...clusterSpec(2), context: "context2" };
    const [first, third] = [1, 3].map((n) => ({ name: `cluster${String(n)}`, ...clusterSpec(n) }));
    assert.deepEqual(plan.clusters, [first, second, third]);
    assert.ok(plan.caSource.kind === "published");
    assert.equal(plan.caSource.from, "adopted");
  });

  it("judges by the record of the authority stack what it is about to issue", async () => {
    const { role, configuration, environment } = await load(memberValues(), await published());
    assert.ok(role.kind === "cluster");
    const { wanted, authorityRenewal } = rotationPolicy(meshDescription(configuration, environment), ["mesh.ca"], NOW);
    assert.deepEqual(wanted.record.authorities, { "mesh.ca": role.signing["mesh.ca"]?.trust });
    assert.equal(authorityRenewal?.by, "person");
  });

  it("refuses what belongs to the authority stack, and shows no value of it", async () => {
    const values = memberValues({
      clusters: { cluster2: clusterConfiguration(2) },
      certificates: { leafDays: 90 },
      authority: "generated",
      ca: { certificate: "c", privateKey: "s3cr3t" },
    });
    const where = "belongs to the authority stack; set it there, and remove it here";
    assert.deepEqual(await lines(values, await published()), [
      `mesh: clustermesh:certificates ${where}`,
      `mesh: clustermesh:authority ${where}`,
      `mesh: clustermesh:ca ${where}`,
      ...["id", "etcd", "podCIDRs", "nodeCIDRs"].map((key) => `cluster "cluster2": ${key} ${where}`),
    ]);
  });

  it("says what to do where the authority stack is not there, not up, or of another version", async () => {
    const at = `mesh: clustermesh:authorityStack "${AUTHORITY_STACK}"`;
    assert.deepEqual(await lines(memberValues()), [
      `${at} is no stack of this backend; give the name of the authority stack, organization/project/stack, and pulumi up that stack first`,
    ]);
    assert.deepEqual(await lines(memberValues(), { [AUTHORITY_STACK]: {} }), [
      `${at} has published no registry; pulumi up that stack first, with clustermesh:role "authority"`,
    ]);
    const stacks = await published();
    const { registry, signing } = stacks[AUTHORITY_STACK] as { readonly registry: object; readonly signing: object };
    for (const other of [{ ...registry, version: 1 }, { some: "text" }, "text"]) {
      assert.deepEqual(await lines(memberValues(), { [AUTHORITY_STACK]: { registry: other, signing } }), [
        `${at} has published a registry that this version of the program cannot read; pulumi up that stack with the same version of the program as this one`,
      ]);
    }
  });

  it("reads a registry of before, with a setting that is none any more", async () => {
    const stacks = await published();
    const { registry, signing } = stacks[AUTHORITY_STACK] as { readonly registry: Registry; readonly signing: object };
    const cilium = { ...registry.settings.cilium, namespace: "cilium", agentSelector: "app=agent" };
    const older = { ...registry, version: 2, settings: { ...registry.settings, cilium } };
    const { plan } = await load(memberValues(), { [AUTHORITY_STACK]: { registry: older, signing } });
    assert.deepEqual(plan.settings.cilium, { ...registry.settings.cilium, namespace: "cilium" });
  });

  it("needs the name of the authority stack, and a cluster", async () => {
    assert.deepEqual(await lines({ role: "cluster", clusters: { cluster2: { context: "c" } } }), [
      "mesh: clustermesh:authorityStack is missing; give a string",
    ]);
    assert.deepEqual(await lines(memberValues({ clusters: {} }), await published()), [
      "mesh: clustermesh:clusters lists no cluster; list the clusters of this stack, each with its context or kubeconfig",
    ]);
  });

  it("refuses a cluster that the registry does not have, and one without a way in", async () => {
    const clusters = { cluster2: {}, cluster9: { context: "nine" } };
    const said = await lines(memberValues({ clusters }), await published());
    assert.deepEqual(
      said.map((line) => line.split(";")[0]),
      [
        `cluster "cluster9": configuration is not in the registry of stack "${AUTHORITY_STACK}"`,
        'cluster "cluster2": context is missing',
      ],
    );
    assert.match(
      said[0] ?? "",
      /list it there and run pulumi up there first; or, if it has left the mesh, .*pulumi destroy/,
    );
  });

  it("is refused for the whole mesh's problems, as the authority stack is", async () => {
    const { [AUTHORITY_STACK]: outputs } = await published();
    const { registry, signing } = outputs as {
      readonly registry: { readonly clusters: object };
      readonly signing: object;
    };
    const clashing = { cluster1: listed(1), cluster2: listed(2), cluster3: listed(3, { id: 101 }) };
    const stacks = { [AUTHORITY_STACK]: { registry: { ...registry, clusters: clashing }, signing } };
    const said = await lines(memberValues(), stacks);
    assert.deepEqual(said, await lines(await authorityValues({ clusters: clashing })));
    assert.match(said.join(), /cluster "cluster3": id 101 is also used by cluster "cluster1"/);
  });

  it("has a demo among its own clusters alone", async () => {
    const stacks = await published();
    const two = { cluster3: { context: "three" }, cluster2: { context: "two" } };
    const { environment } = await load(memberValues({ clusters: two, demo: true }), stacks);
    assert.deepEqual(environment.demo, { clusters: ["cluster2", "cluster3"] });
    const said = await lines(memberValues({ demo: { clusters: ["cluster1", "cluster2"] } }), stacks);
    assert.deepEqual(said, ['mesh: demo.clusters[0] "cluster1" is no cluster of this stack; use one of cluster2']);
  });

  it("refuses what can sign no more", async () => {
    const { [AUTHORITY_STACK]: outputs } = await published();
    const { registry, signing } = outputs as {
      readonly registry: object;
      readonly signing: Readonly<Record<string, object>>;
    };
    const broken = { "mesh.ca": { ...signing["mesh.ca"], privateKey: "no key" } };
    const said = await lines(memberValues(), { [AUTHORITY_STACK]: { registry, signing: broken } });
    assert.deepEqual(said, [
      `mesh: the authority "mesh.ca".privateKey (hidden) cannot be read; pulumi up --stack ${AUTHORITY_STACK} publishes one that can sign`,
    ]);
  });

  it("asks its own clusters, and no other, and reckons with theirs what the peers are", async () => {
    const { configuration, environment } = await load(
      memberValues({ allow: ["overwriteConflicts"] }),
      await published(),
    );
    const daemonSet = recorded("daemonset");
    const crowd = { ...daemonSet, status: { ...(daemonSet["status"] as object), desiredNumberScheduled: 2500 } };
    const items = [...["configmap", "deployment", "namespace"].map(recorded), crowd];
    kubectl.script(`process.stdout.write(${JSON.stringify(JSON.stringify({ kind: "List", items }))})`);
    const live = { ...configuration, wait: { ...configuration.wait, preflight: 30 } };
    const { warnings } = bySeverity((await preflight(live, environment)).diagnostics);
    assert.deepEqual([...new Set(kubectl.calls().map(([first]) => first))], ["--context=context2"]);
    const crowded = formatted(warnings).find((line) => line.includes("etcd connections"));
    assert.match(
      crowded ?? "",
      /^cluster "cluster2": etcd connections 5000 is what this etcd serves from the agents and caches of 2 peers, 0 of them counted/,
    );
  });
});
