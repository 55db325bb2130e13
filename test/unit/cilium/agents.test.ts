import assert from "node:assert/strict";
import { agentPods, deletePods, syncSecretsNow } from "../../../components/cilium/agents";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";

const { cilium } = DEFAULT_SETTINGS;
const LABELS = { "k8s-app": "cilium" };

/** A cluster with an agent and another pod, and with a DaemonSet of this selector. */
function clusterWith(selector: object): ClusterInMemory {
  const namespace = "kube-system";
  const pod = (name: string, labels: object) => ({
    kind: "Pod",
    metadata: { name, namespace, uid: name, labels },
    spec: {},
  });
  return new ClusterInMemory([
    { kind: "DaemonSet", metadata: { name: "cilium", namespace, uid: "ds" }, spec: { selector, template: {} } },
    pod("agent", { app: "agent" }),
    pod("other", { "k8s-app": "cilium" }),
  ]);
}

describe("cilium: the agents of a cluster", () => {
  it("are the pods that their DaemonSet selects, and it is read once", async () => {
    const cluster = clusterWith({ matchLabels: { app: "agent" } });
    for (const agents of [await agentPods(cluster, cilium), await agentPods(cluster, cilium)]) {
      assert.deepEqual(
        agents.map(({ pod }) => pod),
        ["agent"],
      );
    }
    assert.deepEqual(cluster.callsOf("object"), [["daemonset/cilium", "kube-system"]]);
  });

  it("are none where there is no DaemonSet", async () => {
    assert.deepEqual(await agentPods(new ClusterInMemory([]), cilium), []);
  });

  it("are not those that have ended, such as one that was evicted", async () => {
    const cluster = clusterWith({ matchLabels: { "k8s-app": "cilium" } });
    const evicted = { kind: "Pod", metadata: { name: "evicted", namespace: "kube-system", uid: "e", labels: LABELS } };
    const all = new ClusterInMemory([
      cluster.stored("daemonset/cilium", "kube-system") ?? assert.fail(),
      { ...evicted, spec: {}, status: { phase: "Failed" } },
      {
        ...evicted,
        metadata: { ...evicted.metadata, name: "running", uid: "r" },
        spec: {},
        status: { phase: "Running" },
      },
    ]);
    assert.deepEqual(
      (await agentPods(all, cilium)).map(({ pod }) => pod),
      ["running"],
    );
  });

  it("are not looked for by a selector that would select every pod", async () => {
    const cluster = clusterWith({});
    await assert.rejects(agentPods(cluster, cilium), /the selector is empty, and would select every pod/);
    assert.deepEqual(cluster.callsOf("listFields"), []);
  });
});

describe("cilium: many agents", () => {
  const count = 701;
  const names = Array.from({ length: count }, (_, n) => `agent-${n}`);
  const many = () =>
    new ClusterInMemory([
      clusterWith({ matchLabels: LABELS }).stored("daemonset/cilium", "kube-system") ?? assert.fail(),
      ...names.map((name) => ({
        kind: "Pod",
        metadata: { name, namespace: "kube-system", uid: name, labels: LABELS },
        spec: {},
      })),
    ]);

  /** Each call has a time of its own, which a far cluster needs for a few pods already. */
  function inLots(lots: readonly (readonly string[])[]): void {
    assert.deepEqual(lots.flat().sort(), [...names].sort());
    assert.ok(lots.every((lot) => lot.length <= 20));
  }

  it("are told of changed files a few at a time, so that a far cluster has time for each", async () => {
    const cluster = many();
    await syncSecretsNow(cluster, cilium);
    inLots(cluster.callsOf("annotatePods").map(([, pods]) => pods));
  });

  it("are deleted likewise", async () => {
    const cluster = many();
    await deletePods(cluster, "kube-system", names);
    inLots(cluster.callsOf("deletePods").map(([, pods]) => pods));
  });
});
