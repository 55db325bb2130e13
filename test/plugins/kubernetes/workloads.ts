import { isPlainMap } from "../shared/value";
import type { Api } from "./api";
import { annotation, at, kindOf, nameOf, namespaceOf, numberAt, textAt, type KubeObject } from "./object";

/** What an await sees of an object: done, or why it is not yet. */
type Readiness = { readonly done: true } | { readonly done: false; readonly reasons: readonly string[] };

/** Looks at the newest version of an object. */
export type Check = (live: KubeObject, api: Api) => Readiness | Promise<Readiness>;

const REVISION = "deployment.kubernetes.io/revision";
const DONE: Readiness = { done: true };
const waiting = (...reasons: readonly string[]): Readiness => ({ done: false, reasons });
const list = (value: ReturnType<typeof at>) => (Array.isArray(value) ? value.filter(isPlainMap) : []);

const observed = (live: KubeObject) => numberAt(live, "status", "observedGeneration");
const generation = (live: KubeObject) => numberAt(live, "metadata", "generation");

/**
 * As kstatus computes it. A DaemonSet that no controller has seen counts as rolled out: the server writes zeros into its
 * status, and zero of zero are ready. Only after an update is a controller waited for.
 */
const daemonSet: Check = (live) => {
  const seen = observed(live);
  if (seen !== undefined && seen !== generation(live)) {
    return waiting(
      `DaemonSet generation is ${String(generation(live))}, but latest observed generation is ${String(seen)}`,
    );
  }
  const wanted = numberAt(live, "status", "desiredNumberScheduled");
  if (wanted === undefined) return waiting("Missing .status.desiredNumberScheduled");
  for (const key of ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"]) {
    const count = numberAt(live, "status", key) ?? 0;
    if (wanted > count) return waiting(`${key}: ${String(count)}/${String(wanted)}`);
  }
  return DONE;
};

function condition(live: KubeObject, type: string): KubeObject | undefined {
  return list(at(live, "status", "conditions")).find((item) => item["type"] === type);
}

const ownedBy = (owner: KubeObject) => (object: KubeObject) =>
  list(at(object, "metadata", "ownerReferences")).some(({ uid }) => uid === textAt(owner, "metadata", "uid"));

const deployment: Check = async (live, api) => {
  if (observed(live) !== generation(live)) return waiting("Minimum number of live Pods was not attained");
  const revision = annotation(live, REVISION);
  const available = condition(live, "Available")?.["status"] === "True";
  const progressing = condition(live, "Progressing");
  const complete = progressing?.["reason"] === "NewReplicaSetAvailable" && progressing["status"] === "True";
  if (!available) return waiting("Minimum number of live Pods was not attained");
  if (revision !== "1" && !complete)
    return waiting("Minimum number of Pods to consider the application live was not attained");
  const sets = await api.list({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { namespace: namespaceOf(live) },
  });
  const current = sets.filter(ownedBy(live)).find((set) => annotation(set, REVISION) === revision);
  const wanted = numberAt(current, "spec", "replicas") ?? 1;
  const ready = numberAt(current, "status", "readyReplicas");
  if (current === undefined || (ready === undefined ? wanted !== 0 : ready < wanted)) {
    return waiting("Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live");
  }
  return DONE;
};

const statefulSet: Check = (live) => {
  const seen = observed(live);
  const now = generation(live) ?? 0;
  const replicas = numberAt(live, "spec", "replicas") ?? 0;
  const status = (key: string) => numberAt(live, "status", key) ?? 0;
  const unready = `${String(status("readyReplicas"))} out of ${String(replicas)} replicas succeeded readiness checks`;
  if (seen === undefined || seen < now) return waiting(unready);
  const [current, target] = [textAt(live, "status", "currentRevision"), textAt(live, "status", "updateRevision")];
  const onDelete = now > 1 && textAt(live, "spec", "updateStrategy", "type") === "OnDelete";
  const counts = onDelete ? ["replicas", "readyReplicas"] : ["replicas", "readyReplicas", "currentReplicas"];
  const reasons = [
    ...(counts.every((key) => status(key) === replicas) ? [] : [unready]),
    ...(onDelete || (current !== "" && current === target)
      ? []
      : [
          `StatefulSet controller failed to advance from revision ${JSON.stringify(current)} to revision ${JSON.stringify(target)}`,
        ]),
  ];
  return reasons.length === 0 ? DONE : waiting(...reasons);
};

/** A Service with a selector waits for its endpoints; the plugin gives them ten seconds after their last change. */
function service(settleMs: number): Check {
  let seen: string | undefined;
  let since = 0;
  return async (live, api) => {
    const type = textAt(live, "spec", "type") || "ClusterIP";
    const assigned = type !== "LoadBalancer" || list(at(live, "status", "loadBalancer", "ingress")).length > 0;
    const selector = at(live, "spec", "selector");
    const selects = isPlainMap(selector) && Object.keys(selector).length > 0;
    const headless = textAt(live, "spec", "clusterIP") === "None" || type === "ExternalName";
    const unassigned = assigned
      ? []
      : ["Service was not allocated an IP address; does your cloud provider support this?"];
    if (headless || !selects) return assigned ? DONE : waiting();
    const none =
      "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods";
    const endpoints = await api.find({
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: nameOf(live), namespace: namespaceOf(live) },
    });
    const version = textAt(endpoints, "metadata", "resourceVersion");
    if (version !== seen) [seen, since] = [version, Date.now()];
    const subsets = list(at(endpoints, "subsets"));
    const pending = subsets.some((subset) => list(subset["notReadyAddresses"]).length > 0);
    const settled = settleMs === 0 || (endpoints !== undefined && Date.now() - since >= settleMs);
    if (assigned && settled && !pending) return DONE;
    const ready = subsets.some((subset) => list(subset["addresses"]).length > 0);
    return waiting(...(ready ? [] : [none]), ...unassigned);
  };
}

const SETTLE_MS = 10_000;

/** What is waited for after a create or an update; undefined for kinds that are ready at once. */
export function readinessCheck(object: KubeObject, moment: "change" | "read"): Check | undefined {
  const { apiVersion } = object;
  const kind = `${typeof apiVersion === "string" ? apiVersion : ""}/${kindOf(object)}`;
  if (kind === "apps/v1/DaemonSet") return daemonSet;
  if (kind === "apps/v1/Deployment") return deployment;
  if (kind === "apps/v1/StatefulSet") return statefulSet;
  return kind === "v1/Service" ? service(moment === "read" ? 0 : SETTLE_MS) : undefined;
}
