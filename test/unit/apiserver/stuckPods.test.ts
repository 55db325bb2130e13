import assert from "node:assert/strict";
import { grantInConfigMap } from "../../../components/apiserver/usersConfigMap";
import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { grant, named, textIn, usersIn, usersOf } from "../support/apiserver";
import { saidWhile } from "../support/cilium/rollingCluster";

const LABELS = { "k8s-app": "clustermesh-apiserver" };
const waiting = (reason: string, over: object = {}) => ({
  ...{ restartCount: 0, state: { waiting: { reason } }, lastState: {}, ...over },
});

function pod(name: string, status: object, metadata: object = {}): StoredObject {
  const ownerReferences = [{ kind: "ReplicaSet", uid: "rs", controller: true }];
  return {
    kind: "Pod",
    metadata: { name, namespace: "kube-system", uid: `uid-of-${name}`, labels: LABELS, ownerReferences, ...metadata },
    spec: { nodeName: "n" },
    status: { phase: "Pending", ...status },
  };
}

const INIT = { initContainerStatuses: [waiting("PodInitializing")], containerStatuses: [waiting("PodInitializing")] };
const STUCK = pod("stuck", INIT);

const DEPLOYMENT: StoredObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "clustermesh-apiserver", namespace: "kube-system", uid: "d", generation: 1 },
  spec: { selector: { matchLabels: LABELS }, template: { metadata: {}, spec: {} } },
  status: {},
};

const deletedIn = (cluster: ClusterInMemory) => cluster.callsOf("deletePods").flatMap(([, pods]) => pods);

describe("pods of clustermesh-apiserver that wait for their users", () => {
  it("are replaced once the ConfigMap is made, for their kubelet tries that again up to two minutes later", async () => {
    const creating = pod("creating", { containerStatuses: [waiting("ContainerCreating")] });
    const cluster = new ClusterInMemory([DEPLOYMENT, STUCK, creating]);
    const { lines } = await saidWhile(() => grantInConfigMap(cluster, usersOf(), named("a")));
    assert.deepEqual(deletedIn(cluster), ["stuck", "creating"]);
    assert.match(lines.join("\n"), /cluster "[^"]+": replacing stuck, creating, which have waited for that/);
  });

  it("are let be where a container of theirs has run, or nobody would make them again, or no kubelet has taken them up", async () => {
    const pods = [
      pod("runs", { containerStatuses: [{ restartCount: 0, state: { running: {} } }] }),
      pod("crashes", { containerStatuses: [waiting("CrashLoopBackOff", { restartCount: 3 })] }),
      pod("again", { containerStatuses: [waiting("ContainerCreating", { restartCount: 1 })] }),
      pod("ended", { containerStatuses: [waiting("PodInitializing", { lastState: { terminated: {} } })] }),
      pod("prepared", { initContainerStatuses: [{ restartCount: 0, state: { terminated: {} } }], ...{} }),
      pod("no-image", { containerStatuses: [waiting("ImagePullBackOff")] }),
      pod("new", {}),
      pod("ready", { ...INIT, phase: "Running" }),
      pod("bare", INIT, { ownerReferences: [] }),
      pod("going", INIT, { deletionTimestamp: "2026-11-30T00:00:00Z" }),
    ];
    const cluster = new ClusterInMemory([DEPLOYMENT, ...pods]);
    await grant(cluster, ["a"]);
    assert.deepEqual(deletedIn(cluster), []);
  });

  it("are let be where the ConfigMap was there before: it is something else that they wait for", async () => {
    const cluster = new ClusterInMemory([DEPLOYMENT]);
    const granted = await grant(cluster, ["a"]);
    const users = usersIn(cluster) ?? assert.fail();
    const later = new ClusterInMemory([DEPLOYMENT, STUCK, users]);
    await grant(later, ["a", "b"], granted);
    assert.ok(textIn(later)?.includes("remote-b"));
    assert.deepEqual(deletedIn(later), []);
  });

  it("may wait on where they cannot be replaced, which is said", async () => {
    const cluster = new ClusterInMemory([DEPLOYMENT, STUCK]);
    const deletePods: ClusterApi["deletePods"] = () => Promise.reject(new KubectlError("pods is forbidden"));
    Object.assign(cluster, { deletePods });
    const { lines } = await saidWhile(() => grantInConfigMap(cluster, usersOf(), named("a")));
    assert.match(
      lines.join("\n"),
      /warning: .*are not replaced \(pods is forbidden\); they may wait on for two minutes/,
    );
  });
});
