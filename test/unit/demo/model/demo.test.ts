import assert from "node:assert/strict";
import {
  DEFAULT_DEMO,
  DEMO_POLICY,
  demoObjects,
  demoNamespaces,
  demoSettings,
  demoWorkloads,
  validateDemo,
  workloadName,
  type DemoSettings,
} from "../../../../components/demo/model/demo";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { lines } from "../../support/mesh/mesh";

const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };
const CLUSTERS = ["cluster1", "cluster2", "cluster3"];

const judge = (over: Partial<DemoSettings>) => lines(validateDemo({ ...DEMO, ...over }, CLUSTERS));

describe("model: demoSettings", () => {
  const { wait } = DEFAULT_SETTINGS;

  it("are none where it is off", () => {
    assert.equal(demoSettings(DEFAULT_SETTINGS, CLUSTERS), undefined);
  });

  it("are of the first two clusters by name, whatever their order", () => {
    const demo = demoSettings({ demo: true, wait }, ["west", "east", "north"]);
    assert.deepEqual(demo, { ...DEFAULT_DEMO, serverCluster: "east", clientCluster: "north" });
  });

  it("are what is given", () => {
    const given = { image: "redis", nodeSelectors: { employee: { disk: "ssd" } } };
    const demo = demoSettings({ demo: { clusters: ["cluster2", "cluster1"], ...given }, wait }, CLUSTERS);
    assert.deepEqual(demo, { ...DEFAULT_DEMO, ...given, serverCluster: "cluster2", clientCluster: "cluster1" });
  });

  it("wait and ping as all else does: where there are no nodes, it is neither", () => {
    const of = (over: Partial<typeof wait>) => demoSettings({ demo: true, wait: { ...wait, ...over } }, CLUSTERS);
    const [unchecked, unrolled] = [of({ check: false }), of({ rollout: false })];
    assert.deepEqual([unchecked?.awaitWorkloads, unchecked?.ping], [true, false]);
    assert.deepEqual([unrolled?.awaitWorkloads, unrolled?.ping], [false, false]);
  });
});

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
      `mesh: demo.clusters[0] "cluster4" ${fix}`,
      `mesh: demo.clusters[1] "west" ${fix}`,
    ]);
  });

  it("refuses one cluster for both", () => {
    assert.deepEqual(judge({ clientCluster: "cluster1" }), [
      'mesh: demo.clusters[1] "cluster1" is also demo.clusters[0]; name two clusters',
    ]);
  });

  it("refuses node selectors for workloads that it has not", () => {
    assert.deepEqual(judge({ nodeSelectors: { employee: {}, "protected-bd": { disk: "ssd" } } }), [
      "mesh: demo.nodeSelectors.protected-bd is for no workload of the demo; use one of protected-db, employee, stranger",
    ]);
  });
});
