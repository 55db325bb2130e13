import type { StoredObject } from "../../../support/kubernetes/storedObject";

const NAMESPACE = "kube-system";

/** The DaemonSet of Cilium's agents, as far as its pods are found by it. */
export const agentDaemonSet: StoredObject = {
  kind: "DaemonSet",
  metadata: { name: "cilium", namespace: NAMESPACE, uid: "ds" },
  spec: { selector: { matchLabels: { "k8s-app": "cilium" } }, template: { metadata: {} } },
  status: {},
};

/** A pod of it, on a node of the same name. */
export const agentPod = (name: string, ready = true): StoredObject => ({
  kind: "Pod",
  metadata: { name, namespace: NAMESPACE, uid: name, labels: { "k8s-app": "cilium" } },
  spec: { nodeName: name },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});
