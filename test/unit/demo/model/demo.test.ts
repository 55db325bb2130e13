import assert from "node:assert/strict";
import {
  DEFAULT_DEMO,
  DEMO_POLICY,
  demoObjects,
  demoNamespaces,
  demoWorkloads,
  validateDemo,
  workloadName,
  type DemoSettings,
} from "../../../../components/demo/model/demo";
import { lines } from "../../support/mesh/mesh";

const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };
const CLUSTERS = ["cluster1", "cluster2", "cluster3"];

const judge = (over: Partial<DemoSettings>) => lines(validateDemo({ ...DEMO, ...over }, CLUSTERS));

describe("model: the demo's objects", () => {
  it("are the article's workloads, and two clients more in the other cluster", () => {
    assert.deepEqual(demoWorkloads(DEMO).map(workloadName), [
      "cluster1/default/protected-db",
      "cluster1/default/employee",
      "cluster1/default/stranger",
      "cluster2/istio-space/employee",
      "cluster2/istio-space/stranger",
      "cluster2/default/employee",
    ]);
  });

  it("are no workload twice where both namespaces are one", () => {
    const names = demoWorkloads({ ...DEMO, clientNamespace: "default" }).map(workloadName);
    assert.deepEqual(names, [
      "cluster1/default/protected-db",
      "cluster1/default/employee",
      "cluster1/default/stranger",
      "cluster2/default/employee",
      "cluster2/default/stranger",
    ]);
  });

  it("have namespaces in each cluster but never default", () => {
    assert.deepEqual(demoNamespaces(DEMO, "cluster1"), []);
    assert.deepEqual(demoNamespaces(DEMO, "cluster2"), ["istio-space"]);
    assert.deepEqual(demoNamespaces(DEMO, "cluster3"), []);
    const moved = { ...DEMO, serverNamespace: "shop" };
    assert.deepEqual(demoNamespaces(moved, "cluster1"), ["shop"]);
    assert.deepEqual(demoNamespaces(moved, "cluster2"), ["shop", "istio-space"]);
    assert.deepEqual(demoNamespaces({ ...moved, clientNamespace: "shop" }, "cluster2"), ["shop"]);
  });

  it("are claimed cluster by cluster", () => {
    const claims = (cluster: string) =>
      demoObjects(DEMO, cluster).map(({ resource, namespace, name }) => `${resource} ${namespace ?? "-"}/${name}`);
    assert.deepEqual(claims("cluster1"), [
      "statefulsets.apps default/protected-db",
      "statefulsets.apps default/employee",
      "statefulsets.apps default/stranger",
      "services default/protected-db",
      `ciliumnetworkpolicies.cilium.io default/${DEMO_POLICY}`,
    ]);
    assert.deepEqual(claims("cluster2"), [
      "namespaces -/istio-space",
      "statefulsets.apps istio-space/employee",
      "statefulsets.apps istio-space/stranger",
      "statefulsets.apps default/employee",
      "services default/protected-db",
    ]);
    assert.deepEqual(claims("cluster3"), []);
  });
});

describe("model: validateDemo", () => {
  it("accepts two clusters of the mesh", () => {
    assert.deepEqual(judge({}), []);
  });

  it("refuses clusters that do not exist", () => {
    const fix = "is no cluster of this mesh; use one of cluster1, cluster2, cluster3";
    assert.deepEqual(judge({ serverCluster: "cluster4", clientCluster: "west" }), [
      `mesh: demo.serverCluster "cluster4" ${fix}`,
      `mesh: demo.clientCluster "west" ${fix}`,
    ]);
  });

  it("refuses one cluster for both", () => {
    assert.deepEqual(judge({ clientCluster: "cluster1" }), [
      'mesh: demo.clientCluster "cluster1" is also demo.serverCluster; name two clusters',
    ]);
  });

  it("refuses what is no namespace", () => {
    for (const serverNamespace of ["", "Shop", "a.b", "a/b", "a".repeat(64)]) {
      assert.deepEqual(judge({ serverNamespace }), [
        `mesh: demo.serverNamespace ${JSON.stringify(serverNamespace)} is no name of a namespace; use lower case letters, digits and "-", at most 63 characters`,
      ]);
    }
  });

  it("refuses node selectors for workloads that it has not", () => {
    assert.deepEqual(judge({ nodeSelectors: { employee: {}, "protected-bd": { disk: "ssd" } } }), [
      "mesh: demo.nodeSelectors.protected-bd is for no workload of the demo; use one of protected-db, employee, stranger",
    ]);
  });
});
