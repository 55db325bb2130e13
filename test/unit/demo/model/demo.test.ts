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
  type DemoChoice,
  type DemoSettings,
} from "../../../../components/demo/model/demo";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { lines } from "../../support/mesh/mesh";

const CHOICE: DemoChoice = { clusters: ["cluster1", "cluster2"] };
const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };
const CLUSTERS = [{ name: "cluster1" }, { name: "cluster2" }, { name: "cluster3", lost: true }];

const judge = (over: Partial<DemoChoice>) => lines(validateDemo({ ...CHOICE, ...over }, CLUSTERS));

describe("model: demoSettings", () => {
  const { wait } = DEFAULT_SETTINGS;

  it("are what is given", () => {
    const given = { image: "redis", nodeSelectors: { employee: { disk: "ssd" } } };
    const demo = demoSettings({ clusters: ["cluster2", "cluster1"], ...given }, wait);
    assert.deepEqual(demo, { ...DEFAULT_DEMO, ...given, serverCluster: "cluster2", clientCluster: "cluster1" });
  });

  it("wait and ping as all else does: where there are no nodes, it is neither", () => {
    const of = (over: Partial<typeof wait>) => demoSettings(CHOICE, { ...wait, ...over });
    const [unchecked, unrolled] = [of({ check: false }), of({ rollout: false })];
    assert.deepEqual([unchecked.awaitWorkloads, unchecked.ping], [true, false]);
    assert.deepEqual([unrolled.awaitWorkloads, unrolled.ping], [false, false]);
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

  it("are listed cluster by cluster", () => {
    const objects = Object.entries(demoObjects(CHOICE)).map(([cluster, made]) => [
      cluster,
      made.map(({ resource, namespace = "-", name }) => `${resource} ${namespace}/${name}`),
    ]);
    const inServerCluster = [
      "statefulsets.apps default/protected-db",
      "statefulsets.apps default/employee",
      "statefulsets.apps default/stranger",
      "services default/protected-db",
      `ciliumnetworkpolicies.cilium.io default/${DEMO_POLICY}`,
    ];
    const inClientCluster = [
      "namespaces -/istio-space",
      "statefulsets.apps istio-space/employee",
      "statefulsets.apps istio-space/stranger",
      "statefulsets.apps default/employee",
      "services default/protected-db",
    ];
    assert.deepEqual(objects, [
      ["cluster1", inServerCluster],
      ["cluster2", inClientCluster],
    ]);
  });
});

describe("model: validateDemo", () => {
  it("accepts two clusters of the mesh", () => {
    assert.deepEqual(judge({}), []);
  });

  it("refuses clusters that do not exist", () => {
    const fix = "is no cluster of this stack; use one of cluster1, cluster2, cluster3";
    assert.deepEqual(judge({ clusters: ["cluster4", "west"] }), [
      `mesh: demo.clusters[0] "cluster4" ${fix}`,
      `mesh: demo.clusters[1] "west" ${fix}`,
    ]);
  });

  it("refuses clusters that are lost", () => {
    assert.deepEqual(judge({ clusters: ["cluster1", "cluster3"] }), [
      'mesh: demo.clusters[1] "cluster3" is lost; name a cluster that answers, or leave out the demo',
    ]);
  });

  it("refuses one cluster for both", () => {
    assert.deepEqual(judge({ clusters: ["cluster1", "cluster1"] }), [
      'mesh: demo.clusters[1] "cluster1" is also demo.clusters[0]; name two clusters',
    ]);
  });

  it("refuses node selectors for workloads that it has not", () => {
    assert.deepEqual(judge({ nodeSelectors: { employee: {}, "protected-bd": { disk: "ssd" } } }), [
      "mesh: demo.nodeSelectors.protected-bd is for no workload of the demo; use one of protected-db, employee, stranger",
    ]);
  });
});
