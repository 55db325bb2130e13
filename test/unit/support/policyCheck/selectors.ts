/** The label of a pod that says which cluster it is in. */
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";
export const NAMESPACE_LABEL = "k8s:io.kubernetes.pod.namespace";

/** Selects by a cluster's name. */
export const byName = (name: string) => ({ matchLabels: { [CLUSTER_LABEL]: name } });

/** Selects by the names of clusters. */
export const asks = (operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key: CLUSTER_LABEL, operator, values }],
});

/** Selects all pods of clusters, in whatever namespace. */
export const podsOf = (...names: readonly string[]) => ({
  matchExpressions: [...asks("In", ...names).matchExpressions, { key: NAMESPACE_LABEL, operator: "Exists" }],
});
