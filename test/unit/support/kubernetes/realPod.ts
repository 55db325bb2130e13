const text = (length: number): string => "x".repeat(length);

const container = (name: string, ready: object) => ({
  name,
  image: `quay.io/cilium/cilium:v1.20.0@sha256:${text(64)}`,
  imageID: `quay.io/cilium/cilium@sha256:${text(64)}`,
  containerID: `containerd://${text(64)}`,
  state: ready,
  lastState: {},
  volumeMounts: Array.from({ length: 30 }, (_, n) => ({ mountPath: `/sys/fs/bpf/${String(n)}`, name: text(20) })),
});

/** An agent's pod as long as a real one: what is in `managedFields`, specification and status. */
export function realPod(name: string, node: string): object {
  const at = "2026-11-24T09:00:00Z";
  const terminated = { exitCode: 0, reason: "Completed", startedAt: at, finishedAt: at, containerID: text(75) };
  const inits = ["config", "mount-cgroup", "sysctl", "mount-bpf", "clean", "cni"];
  const conditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "kube-system",
      uid: name,
      creationTimestamp: at,
      annotations: { "cilium-clustermesh/config": text(64), "prometheus.io/scrape": "true", other: text(1000) },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "cilium", uid: text(36), controller: true }],
      managedFields: [{ manager: "kubelet", fieldsV1: { fields: text(20_000) } }],
    },
    spec: {
      nodeName: node,
      affinity: {
        podAntiAffinity: { rules: text(300) },
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
      },
      containers: [{ name: "cilium-agent", env: text(18_000) }],
    },
    status: {
      phase: "Running",
      conditions: conditions.map((type) => ({ type, status: "True", lastProbeTime: null, lastTransitionTime: at })),
      initContainerStatuses: inits.map((each) => container(each, { terminated })),
      containerStatuses: [container("cilium-agent", { running: { startedAt: at } })],
    },
  };
}
