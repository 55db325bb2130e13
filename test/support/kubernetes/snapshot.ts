import type { LabCluster } from "../../../lab";

interface LiveObject {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
}

/** Fields that change whenever an object is written, even to what it was. */
const BOOKKEEPING = new Set(["resourceVersion", "generation", "managedFields"]);

/** What the control plane writes by itself, now and then. */
const NOT_OURS = [/^Lease\//, /^Event\//, /^Endpoints/, /^ControllerRevision\//, /^ReplicaSet\//, /^Pod\//];

function keyOf({ kind, metadata }: LiveObject): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/");
}

/** Counters of the workload controllers: they go up with every roll-out and never down. */
const COUNTERS = new Set(["deprecated.daemonset.template.generation", "deployment.kubernetes.io/revision"]);

function without(fields: ReadonlySet<string>, from: unknown): object {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => !fields.has(key)));
}

function withoutBookkeeping(object: LiveObject): object {
  const { metadata, ...rest } = object;
  const annotations = without(COUNTERS, metadata["annotations"]);
  return { ...rest, status: undefined, metadata: { ...without(BOOKKEEPING, metadata), annotations } };
}

const KINDS = [
  "configmaps",
  "secrets",
  "services",
  "namespaces",
  "daemonsets.apps",
  "deployments.apps",
  "statefulsets.apps",
  "ciliumnetworkpolicies.cilium.io",
];

async function objects(cluster: LabCluster): Promise<readonly LiveObject[]> {
  const { stdout } = await cluster.run([
    "get",
    KINDS.join(","),
    "--all-namespaces",
    "--output=json",
    "--show-managed-fields",
  ]);
  return (JSON.parse(stdout) as { readonly items: readonly LiveObject[] }).items;
}

/** Every object that a mesh could touch, by kind, namespace and name, without what changes on each write. */
export async function snapshot(cluster: LabCluster): Promise<Readonly<Record<string, object>>> {
  const found = (await objects(cluster)).filter((object) => !NOT_OURS.some((pattern) => pattern.test(keyOf(object))));
  return Object.fromEntries(found.map((object) => [keyOf(object), withoutBookkeeping(object)]));
}

/** The {@link snapshot} of each cluster. */
export const snapshots = (clusters: readonly LabCluster[]): Promise<readonly Readonly<Record<string, object>>[]> =>
  Promise.all(clusters.map(snapshot));

/** Their controllers write to these after a change, at some time: status, a revision. */
const WORKLOADS = new Set(["DaemonSet", "Deployment", "StatefulSet"]);
const CONTROLLERS = "kube-controller-manager";

/** What changes with every write to an object, but for those of the workload controllers. */
function versionOf({ kind, metadata }: LiveObject): unknown {
  if (!WORKLOADS.has(kind)) {
    return metadata["resourceVersion"];
  }
  const entries = (metadata["managedFields"] ?? []) as readonly { readonly manager?: string }[];
  return {
    uid: metadata["uid"],
    generation: metadata["generation"],
    writers: entries.filter(({ manager }) => manager !== CONTROLLERS),
  };
}

/** The versions of all those objects: equal before and after means that nothing but a workload controller wrote in between. */
export async function versions(cluster: LabCluster): Promise<Readonly<Record<string, unknown>>> {
  return Object.fromEntries((await objects(cluster)).map((object) => [keyOf(object), versionOf(object)]));
}

/** Who owns which fields of an object, and how; without the order and the times, which every write changes. */
export async function ownersOf(cluster: LabCluster, object: string): Promise<readonly string[]> {
  const { stdout } = await cluster.run(["get", object, "-n", "kube-system", "-o", "json", "--show-managed-fields"]);
  const { metadata } = JSON.parse(stdout) as LiveObject;
  const entries = (metadata["managedFields"] ?? []) as readonly Readonly<Record<string, unknown>>[];
  return entries
    .map(({ manager, operation, subresource, fieldsV1 }) =>
      [manager, operation, subresource ?? "", JSON.stringify(sortedKeys(fieldsV1))].join(" "),
    )
    .sort();
}

function sortedKeys(value: unknown): unknown {
  return typeof value !== "object" || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inside]) => [key, sortedKeys(inside)]),
      );
}
