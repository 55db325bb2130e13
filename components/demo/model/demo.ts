import type { ManagedObject } from "../../kubernetes/model/managedObject";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { DEFAULT_DEMO_SETTINGS } from "../../settings/model/demo";
import type { MeshSettings } from "../../settings/model/settings";

/** Where the demo is: enough to know who pings whom, and who may. */
export interface DemoPlaces {
  /** Cluster of `protected-db`, its policy, and the first clients. */
  readonly serverCluster: string;
  readonly serverNamespace: string;
  /** Cluster of the remote clients. */
  readonly clientCluster: string;
  readonly clientNamespace: string;
}

/** The demo: a database in one cluster, clients in both, and a policy that lets only the employees in. */
export interface DemoSettings extends DemoPlaces {
  /** An image with `redis-server`, `redis-cli`, `sleep` and `timeout`. */
  readonly image: string;
  /** Node selectors by workload name. */
  readonly nodeSelectors: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether `up` waits until the workloads run. */
  readonly awaitWorkloads: boolean;
  /** Whether `up` pings the database from every client, before the policy and after it, and fails at a wrong verdict. */
  readonly ping: boolean;
}

/** The article's set-up, with a cluster each to be named. */
export const DEFAULT_DEMO: Omit<DemoSettings, "serverCluster" | "clientCluster"> = {
  serverNamespace: "default",
  clientNamespace: "istio-space",
  image: DEFAULT_DEMO_SETTINGS.image,
  nodeSelectors: DEFAULT_DEMO_SETTINGS.nodeSelectors,
  awaitWorkloads: true,
  ping: true,
};

/**
 * The demo that is chosen, in the first two of these clusters by name unless it names its own. What is not waited for is not pinged, and nothing is
 * pinged where the mesh is not checked.
 */
export function demoSettings(
  { demo, wait }: Pick<MeshSettings, "demo" | "wait">,
  clusters: readonly string[],
): DemoSettings | undefined {
  if (demo === false) {
    return undefined;
  }
  const { clusters: named, ...given } = demo === true ? DEFAULT_DEMO_SETTINGS : demo;
  const [first = "", second = ""] = [...clusters].sort();
  const [serverCluster, clientCluster] = named ?? [first, second];
  const awaitWorkloads = wait.rollout !== false;
  const ping = awaitWorkloads && wait.check !== false;
  return { ...DEFAULT_DEMO, ...given, serverCluster, clientCluster, awaitWorkloads, ping };
}

/** The port of `protected-db`. */
export const DEMO_PORT = 6379;

/** The database's name, of its StatefulSet and of its global Service. */
export const PROTECTED_DB = "protected-db";

/** The name of the demo's policy. */
export const DEMO_POLICY = "clustermesh-ingress-l4-policy";

/** A StatefulSet of the demo. */
export interface DemoWorkload {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly role: "server" | "client";
}

/**
 * Every StatefulSet of the demo, the server first. The last two go beyond the article: a stranger in the other cluster, and an employee
 * in a namespace that the policy does not list. Where both namespaces are one, that employee would be the listed one, and is left out.
 */
export function demoWorkloads(demo: DemoPlaces): readonly DemoWorkload[] {
  const here = { cluster: demo.serverCluster, namespace: demo.serverNamespace };
  const there = { cluster: demo.clientCluster, namespace: demo.clientNamespace };
  const elsewhere = { cluster: demo.clientCluster, namespace: demo.serverNamespace };
  const unlisted: DemoWorkload = { ...elsewhere, name: "employee", role: "client" };
  return [
    { ...here, name: PROTECTED_DB, role: "server" },
    { ...here, name: "employee", role: "client" },
    { ...here, name: "stranger", role: "client" },
    { ...there, name: "employee", role: "client" },
    { ...there, name: "stranger", role: "client" },
    ...(demo.serverNamespace === demo.clientNamespace ? [] : [unlisted]),
  ];
}

/** A workload as messages and outputs name it. */
export function workloadName({ cluster, namespace, name }: DemoWorkload): string {
  return `${cluster}/${namespace}/${name}`;
}

/** The clusters that take part. */
export function demoClusters(demo: DemoPlaces): readonly string[] {
  return [demo.serverCluster, demo.clientCluster];
}

/** The namespaces that the demo makes in a cluster. `default` is always there. */
export function demoNamespaces(demo: DemoSettings, cluster: string): readonly string[] {
  const used = [
    ...(demoClusters(demo).includes(cluster) ? [demo.serverNamespace] : []),
    ...(cluster === demo.clientCluster ? [demo.clientNamespace] : []),
  ];
  return [...new Set(used)].filter((namespace) => namespace !== "default");
}

/** What the demo makes in a cluster. */
export function demoObjects(demo: DemoSettings, cluster: string): readonly ManagedObject[] {
  if (!demoClusters(demo).includes(cluster)) {
    return [];
  }
  const namespace = demo.serverNamespace;
  const policy: ManagedObject = { resource: "ciliumnetworkpolicies.cilium.io", name: DEMO_POLICY, namespace };
  return [
    ...demoNamespaces(demo, cluster).map((name): ManagedObject => ({ resource: "namespaces", name })),
    ...demoWorkloads(demo)
      .filter((workload) => workload.cluster === cluster)
      .map((workload): ManagedObject => ({
        resource: "statefulsets.apps",
        name: workload.name,
        namespace: workload.namespace,
      })),
    { resource: "services", name: PROTECTED_DB, namespace },
    ...(cluster === demo.serverCluster ? [policy] : []),
  ];
}

/** The clusters of a demo, as they are written down. */
const named = (demo: DemoPlaces) => [
  { property: "demo.clusters[0]", value: demo.serverCluster },
  { property: "demo.clusters[1]", value: demo.clientCluster },
];

/**
 * A demo that names two different ones of these clusters.
 *
 * @param whose What they are all clusters of.
 */
export function validateDemo(
  demo: DemoSettings,
  clusters: readonly string[],
  whose: "mesh" | "stack" = "mesh",
): readonly Diagnostic[] {
  const unknown = named(demo)
    .filter(({ value }) => !clusters.includes(value))
    .map((at) => error({ ...at, reason: `is no cluster of this ${whose}`, fix: `use one of ${clusters.join(", ")}` }));
  const same = named(demo)
    .slice(1)
    .filter(({ value }) => value === demo.serverCluster)
    .map((at) => error({ ...at, reason: "is also demo.clusters[0]", fix: "name two clusters" }));
  const workloads = [...new Set(demoWorkloads(demo).map((workload) => workload.name))];
  const selectors = Object.keys(demo.nodeSelectors)
    .filter((name) => !workloads.includes(name))
    .map((name) =>
      error({
        property: `demo.nodeSelectors.${name}`,
        reason: "is for no workload of the demo",
        fix: `use one of ${workloads.join(", ")}`,
      }),
    );
  return [...unknown, ...same, ...selectors];
}

/** A demo in a cluster that will not answer any more. */
export function validateDemoClusters(demo: DemoPlaces, clusters: readonly Cluster[]): readonly Diagnostic[] {
  const lost = clusters.filter((cluster) => cluster.lost === true).map(({ name }) => name);
  return named(demo)
    .filter(({ value }) => lost.includes(value))
    .map((at) =>
      error({
        ...at,
        reason: "is lost",
        fix: "name a cluster that answers, or set clustermesh:demo to false",
      }),
    );
}
