import { inCluster, is, missing, notAllowed, unknown, without, type Fault } from "./fault";

/** Missing, unknown and ill-typed properties of a cluster, and the way to it. */
export const form: readonly Fault[] = [
  inCluster("no id", "id", (cluster) => ({ to: without(cluster, "id"), property: "id", reason: missing })),
  inCluster("no list of endpoints", "etcd", (cluster) => {
    return {
      to: { ...cluster, etcd: without(cluster.etcd, "endpoints") },
      property: "etcd.endpoints",
      reason: missing,
    };
  }),
  ...["podCidrs", "kubeConfig", "toString", "$(touch x)", "\u001b[2J"].map((key) =>
    inCluster(`an unknown property ${JSON.stringify(key)}`, "unknown", (cluster) => {
      return { to: { ...cluster, [key]: "x" }, property: key, reason: unknown };
    }),
  ),
  inCluster("an unknown property of the etcd", "unknown in etcd", (cluster) => {
    return { to: { ...cluster, etcd: { ...cluster.etcd, hostalias: 1 } }, property: "etcd.hostalias", reason: unknown };
  }),
  inCluster("an unknown property __proto__", "unknown", (cluster) => {
    const to = { ...cluster, ...(JSON.parse('{"x":1}') as object) };
    Object.defineProperty(to, "__proto__", { value: {}, enumerable: true, configurable: true, writable: true });
    return { to: without(to, "x"), property: "__proto__", reason: unknown };
  }),
  inCluster("an etcd that is a text", "etcd", (cluster) => {
    return { to: { ...cluster, etcd: "https://x:1" }, property: "etcd", reason: notAllowed };
  }),
  inCluster("context and kubeconfig", "access", (cluster) => {
    return {
      to: { ...cluster, context: "c", kubeconfig: "k" },
      property: "context",
      reason: is("and kubeconfig are both"),
    };
  }),
  inCluster("no way in", "access", (cluster) => {
    const to = without(without(cluster, "context"), "kubeconfig");
    return { to, property: "context", reason: missing };
  }),
  ...["", "a\u0000b", "a\nb", "\u001b[31m", "\ud800"].map((context) =>
    inCluster(`a context ${JSON.stringify(context)}`, "access", (cluster) => {
      return { to: { ...without(cluster, "kubeconfig"), context }, property: "context", reason: notAllowed };
    }),
  ),
];
