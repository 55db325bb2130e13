import assert from "node:assert/strict";
import { DEFAULT_DEMO } from "../../../../components/demo/model/demo";
import { DEFAULT_SETTINGS } from "../../../../components/settings";
import { toEnvironment } from "../../../../stacks/program/environment";
import { mintCA, NOW } from "../../support/certificates/ca";
import { clusterSpec, lines } from "../../support/mesh/mesh";
import { clusterConfiguration, clusters, configuration } from "../../support/stacks/configuration";

const environment = (values: Readonly<Record<string, unknown>> = {}) =>
  toEnvironment(configuration(values), NOW).environment;
const problems = (values: Readonly<Record<string, unknown>>) =>
  lines(toEnvironment(configuration(values), NOW).problems);

describe("stacks: toEnvironment, the mesh", () => {
  it("is the plain part of the configuration, without ways in and without keys", () => {
    const etcd = { endpoints: ["https://etcd:2379"], adminEndpoints: ["https://bastion:2379"] };
    const first = { etcd: { ...etcd, hostAliases: { etcd: ["10.1.1.1"] } } };
    const { spec } = environment({ clusters: clusters(first), ipamMode: "eni", nativeRoutingCIDRs: ["10.0.0.0/8"] });
    assert.deepEqual(spec, {
      clusters: { cluster1: { ...clusterSpec(1), ...first }, cluster2: clusterSpec(2) },
      maxConnectedClusters: 255,
      nativeRoutingCIDRs: ["10.0.0.0/8"],
      ipamMode: "eni",
    });
  });

  it("has an adopted CA and a kubeconfig nowhere in it", async () => {
    const etcd = { endpoints: ["https://10.1.1.1:2379"], ca: await mintCA() };
    const first = { etcd, context: undefined, kubeconfig: "KUBECONFIG", apiServerEtcd: ["https://10.1.1.9:2379"] };
    const text = JSON.stringify(environment({ clusters: clusters(first), authority: "adopted" }).spec);
    assert.ok(!text.includes("KUBECONFIG") && !text.includes("PEM") && !text.includes("BEGIN"));
    assert.ok(text.includes("10.1.1.9"));
  });
});

describe("stacks: toEnvironment, the settings", () => {
  it("are the defaults", () => {
    assert.deepEqual(environment().settings, DEFAULT_SETTINGS);
  });

  it("are what is given, over the defaults", () => {
    const { settings } = environment({
      maxConnectedClusters: 511,
      cilium: { namespace: "cilium", agentContainer: "agent" },
      keyAlgorithm: "RSA4096",
      leafDays: 90,
      authorityRenewBeforeDays: 30,
      generation: { client: 2, authority: [1, 2] },
      peerSecret: "peers",
      foreignSecret: "adopt",
      etcdServerSecret: "server",
      conflicts: "overwrite",
      awaitRollOut: false,
      rollOutTimeoutSeconds: 60,
      check: false,
      checkTimeoutSeconds: 30,
      stalePods: "restart",
      etcdUsers: "manage",
      openPolicies: "accept",
      otherStacks: "require",
    });
    assert.deepEqual(settings, {
      cilium: { ...DEFAULT_SETTINGS.cilium, namespace: "cilium", agentContainer: "agent" },
      maxConnectedClusters: 511,
      certificates: {
        keyAlgorithm: "RSA4096",
        authority: { days: 1095, renewBeforeDays: 30 },
        leaf: { days: 90, renewBeforeDays: 60 },
      },
      keyRevisions: { client: 2, server: 1, authority: [1, 2] },
      peerSecret: "peers",
      foreignSecret: "adopt",
      etcdServerSecret: "server",
      conflicts: "overwrite",
      rollOut: { enabled: false, timeoutSeconds: 60 },
      check: { enabled: false, timeoutSeconds: 30 },
      stalePods: "restart",
      etcdUsers: "manage",
      openPolicies: "accept",
      otherStacks: "require",
    });
  });

  it("have an operator by default, another, or none", () => {
    const operator = (cilium: object) => environment({ cilium }).settings.cilium;
    assert.equal(operator({}).operator, "cilium-operator");
    assert.equal(operator({ operator: "my-operator" }).operator, "my-operator");
    assert.ok(!("operator" in operator({ operator: false })));
  });
});

describe("stacks: toEnvironment, the demo", () => {
  it("is off by default", () => {
    assert.ok(!("demo" in environment()));
    assert.ok(!("demo" in environment({ demo: false })));
  });

  it("takes the first two clusters by name, whatever their order", () => {
    const three = { west: clusterConfiguration(1), east: clusterConfiguration(2), north: clusterConfiguration(3) };
    const { demo } = environment({ clusters: three, demo: true });
    assert.deepEqual(demo, { ...DEFAULT_DEMO, serverCluster: "east", clientCluster: "north" });
  });

  it("takes what is given", () => {
    const given = {
      serverCluster: "cluster2",
      clientCluster: "cluster1",
      image: "redis",
      awaitWorkloads: false,
      ping: true,
      pingTimeoutSeconds: 5,
      verdictTimeoutSeconds: 90,
    };
    assert.deepEqual(environment({ demo: given }).demo, { ...DEFAULT_DEMO, ...given });
  });
});

describe("stacks: toEnvironment, the demo's pings", () => {
  const ping = (demo: object) => environment({ demo }).demo?.ping;

  it("are on, for 3 seconds each and a minute in all", () => {
    const { demo } = environment({ demo: true });
    assert.deepEqual([demo?.ping, demo?.pingTimeoutSeconds, demo?.verdictTimeoutSeconds], [true, 3, 60]);
  });

  it("are off where the workloads are not waited for, unless they are asked for", () => {
    assert.equal(ping({ awaitWorkloads: false }), false);
    assert.equal(ping({ awaitWorkloads: false, ping: true }), true);
    assert.equal(ping({ awaitWorkloads: true }), true);
    assert.equal(ping({ ping: false }), false);
  });
});

describe("stacks: toEnvironment, access", () => {
  it("is a context or a kubeconfig", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ clusters: clusters({ context: undefined, kubeconfig: "x" }) }), []);
  });

  it("is needed no more where the cluster is gone, nor is its CA", async () => {
    const gone = { gone: true, context: undefined };
    assert.deepEqual(problems({ clusters: clusters(gone) }), []);
    assert.deepEqual(environment({ clusters: clusters(gone) }).spec.clusters["cluster1"]?.lost, true);
    const second = clusterConfiguration(2, { etcd: { endpoints: ["https://10.1.2.1:2379"], ca: await mintCA() } });
    const adopted = { authority: "adopted", clusters: { ...clusters(gone), cluster2: second } };
    assert.deepEqual(problems(adopted), []);
    assert.equal(problems({ ...adopted, clusters: { ...clusters(), cluster2: second } }).length, 1);
  });

  it("is neither none nor both", () => {
    const rule = "give either context or kubeconfig (a secret)";
    assert.deepEqual(problems({ clusters: clusters({ context: undefined }) }), [
      `cluster "cluster1": context is missing; ${rule}`,
    ]);
    assert.deepEqual(problems({ clusters: clusters({ kubeconfig: "x" }) }), [
      `cluster "cluster1": context and kubeconfig are both given; ${rule}`,
    ]);
  });
});
