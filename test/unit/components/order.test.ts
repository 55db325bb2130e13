import assert from "node:assert/strict";
import { runMesh, type MeshRun } from "../support/meshProgram";
import type { Registered } from "../support/pulumiMocks";
import { metadata } from "../support/secretData";

/** Everything that is done before a resource: its dependencies and its parents, and theirs. */
function stepsBefore(ran: MeshRun, resource: Registered): ReadonlySet<string> {
  const byUrn = new Map(ran.resources.map((each) => [each.urn, each]));
  const seen = new Set<string>();
  const visit = (each: Registered): void => {
    for (const urn of [...each.dependencies, each.parent]) {
      const next = byUrn.get(urn);
      if (next !== undefined && !seen.has(urn)) {
        seen.add(urn);
        visit(next);
      }
    }
  };
  visit(resource);
  return seen;
}

describe("components: order of steps", () => {
  let ran: MeshRun;
  before(async () => {
    ran = await runMesh({ clusters: [1, 2, 3], demo: true });
  });

  const named = (name: string) => {
    const found = ran.resources.filter((each) => each.name === name && !each.type.startsWith("clustermesh:"));
    assert.equal(found.length, 1, name);
    return found[0] as Registered;
  };
  const follows = (later: string, earlier: string) => {
    assert.ok(stepsBefore(ran, named(later)).has(named(earlier).urn), `${later} after ${earlier}`);
  };

  it("on a cluster: originals, name and id with their roll-out to its end, peers", () => {
    follows("clustermesh-cluster1-rollout", "clustermesh-cluster1-original-config");
    follows("clustermesh-cluster1-peers", "clustermesh-cluster1-rollout");
  });

  it("on a cluster: its policy check after everything that has anything to take back, so that it goes before", () => {
    for (const cluster of ["cluster1", "cluster2", "cluster3"]) {
      const component = ran.one("index:MeshedCluster", `clustermesh-${cluster}`).urn;
      const inside = ran.resources.filter(({ parent }) => parent === component);
      assert.ok(inside.length > 8, cluster);
      for (const { name } of inside) {
        follows(`clustermesh-${cluster}-policy-check`, name);
      }
    }
  });

  it("of the policy checks: all in one layer, for only the check and what comes after it follow them", () => {
    const checks = ran.all("local:Command").filter(({ name }) => name.endsWith("-policy-check"));
    assert.equal(checks.length, 3);
    for (const { urn } of checks) {
      const next = ran.resources.filter(({ dependencies }) => dependencies.includes(urn)).map(({ name }) => name);
      assert.deepEqual(next, ["clustermesh-check"]);
    }
  });

  it("of the policy checks: after an agreement that comes after all of all clusters, so that one that refuses keeps them all", () => {
    const members = ran.all("index:MeshedCluster").map(({ urn }) => urn);
    const inside = ran.resources.filter(({ parent }) => members.includes(parent));
    assert.ok(inside.length > 24);
    for (const { name } of inside) {
      follows("clustermesh-agreement", name);
    }
    for (const cluster of ["cluster1", "cluster2", "cluster3"]) {
      follows(`clustermesh-${cluster}-policy-check`, "clustermesh-agreement");
    }
  });

  it("of the mesh: every cluster's peers, the check, the demo", () => {
    for (const cluster of ["cluster1", "cluster2", "cluster3"]) {
      follows("clustermesh-check", `clustermesh-${cluster}-peers`);
    }
    for (const workload of ran.all("StatefulSet")) {
      follows(workload.name, "clustermesh-check");
    }
  });

  it("of the demo: workloads and Services, pings, the policy, pings", () => {
    const objects = [...ran.all("StatefulSet"), ...ran.all("v1:Service")];
    assert.equal(objects.length, 6 + 2);
    for (const object of objects) {
      follows("clustermesh-cluster1/pings-before", object.name);
    }
    follows("clustermesh-cluster1/clustermesh-ingress-l4-policy", "clustermesh-cluster1/pings-before");
    follows("clustermesh-cluster1/pings-after", "clustermesh-cluster1/clustermesh-ingress-l4-policy");
  });

  it("of the demo without pings: the policy after what it is for", async () => {
    const silent = await runMesh({ demo: true, settings: { wait: { check: false } } });
    const [policy] = silent.all("CiliumNetworkPolicy");
    assert.ok(policy);
    for (const object of [...silent.all("StatefulSet"), ...silent.all("v1:Service")]) {
      assert.ok(stepsBefore(silent, policy).has(object.urn), object.name);
    }
  });

  it("of the demo: namespace before what is in it, workloads before the policy", () => {
    const [made] = ran.all("v1:Namespace");
    assert.ok(made);
    const inside = ran.all("StatefulSet").filter((each) => metadata(each).namespace === metadata(made).name);
    assert.equal(inside.length, 2);
    for (const workload of inside) {
      follows(workload.name, made.name);
    }
    for (const workload of ran.all("StatefulSet")) {
      follows("clustermesh-cluster1/clustermesh-ingress-l4-policy", workload.name);
    }
  });

  it("lets clusters go side by side until the check", () => {
    assert.ok(!stepsBefore(ran, named("clustermesh-cluster1-peers")).has(named("clustermesh-cluster2-rollout").urn));
    assert.ok(!stepsBefore(ran, named("clustermesh-cluster2-peers")).has(named("clustermesh-cluster1-rollout").urn));
  });

  it("without a check the demo comes after the peers all the same", async () => {
    const unchecked = await runMesh({ demo: true, settings: { wait: { check: false } } });
    const [workload] = unchecked.all("StatefulSet");
    assert.ok(workload);
    assert.ok(stepsBefore(unchecked, workload).has(unchecked.one("v1:Secret", "clustermesh-cluster2-peers").urn));
  });
});
