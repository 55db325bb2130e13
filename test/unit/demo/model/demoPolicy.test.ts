import assert from "node:assert/strict";
import { DEFAULT_DEMO, demoWorkloads, workloadName, type DemoSettings } from "../../../../components/demo/model/demo";
import { demoChecksum, demoPolicySpec, policyLists } from "../../../../components/demo/model/demoPolicy";

const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };

describe("model: the demo's policy", () => {
  it("names the cluster of every peer, the port, and has its description where Cilium has it", () => {
    const employee = (cluster: string, namespace: string) => ({
      matchLabels: {
        app: "employee",
        "k8s:io.kubernetes.pod.namespace": namespace,
        "io.cilium.k8s.policy.cluster": cluster,
      },
    });
    assert.deepEqual(demoPolicySpec(DEMO), {
      description: "Allow employees of both clusters, and nobody else, to reach protected-db on its port",
      endpointSelector: { matchLabels: { app: "protected-db" } },
      ingress: [
        {
          fromEndpoints: [employee("cluster1", "default"), employee("cluster2", "istio-space")],
          toPorts: [{ ports: [{ port: "6379", protocol: "TCP" }] }],
        },
      ],
    });
  });
});

describe("model: policyLists", () => {
  const listed = (demo: DemoSettings) =>
    demoWorkloads(demo)
      .filter((client) => policyLists(demo, client))
      .map(workloadName);

  it("goes by cluster, namespace and name, all three", () => {
    assert.deepEqual(listed(DEMO), ["cluster1/default/employee", "cluster2/istio-space/employee"]);
    assert.deepEqual(listed({ ...DEMO, clientNamespace: "default" }), [
      "cluster1/default/employee",
      "cluster2/default/employee",
    ]);
  });

  it("is what the policy's own selectors say", () => {
    const selectors = (
      demoPolicySpec(DEMO) as { ingress: { fromEndpoints: { matchLabels: Record<string, string> }[] }[] }
    ).ingress.flatMap(({ fromEndpoints }) => fromEndpoints.map(({ matchLabels }) => matchLabels));
    for (const client of demoWorkloads(DEMO)) {
      const labels: Readonly<Record<string, string>> = {
        app: client.name,
        "k8s:io.kubernetes.pod.namespace": client.namespace,
        "io.cilium.k8s.policy.cluster": client.cluster,
      };
      const selected = selectors.some((selector) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      assert.equal(policyLists(DEMO, client), selected, workloadName(client));
    }
  });
});

describe("model: demoChecksum", () => {
  const of = (over: Partial<DemoSettings>) => demoChecksum({ ...DEMO, ...over });

  it("changes with workloads and policy", () => {
    const changes: readonly Partial<DemoSettings>[] = [
      {},
      { image: "redis:8" },
      { clientNamespace: "other" },
      { serverNamespace: "other" },
      { clientCluster: "cluster3" },
      { nodeSelectors: { employee: { disk: "ssd" } } },
    ];
    assert.equal(new Set(changes.map(of)).size, changes.length);
  });

  it("does not change with the order in which selectors are written, nor with how long is waited", () => {
    const [a, b] = [{ zone: "a" }, { disk: "ssd", zone: "b" }];
    assert.equal(
      of({ nodeSelectors: { employee: a, stranger: b } }),
      of({ nodeSelectors: { stranger: { zone: "b", disk: "ssd" }, employee: a } }),
    );
    assert.equal(of({ ping: false, awaitWorkloads: false }), of({}));
  });
});
