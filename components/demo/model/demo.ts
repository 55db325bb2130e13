import type { ManagedObject, ObjectsByCluster } from "../../kubernetes/model/managedObject";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
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

/** What can be chosen of a demo. */
export interface DemoChoice {
  /** The cluster of the database, and that of the remote clients. */
  readonly clusters: readonly [string, string];
  /** The namespace of the database and its first clients. @default default */
  readonly serverNamespace?: string;
  /** The namespace of the remote clients. @default istio-space */
  readonly clientNamespace?: string;
  /** An image with `redis-server`, `redis-cli`, `sleep` and `timeout`. It is pulled where a node lacks it. @default redis:7.2-alpine */
  readonly image?: string;
  /** Node selectors by workload: `protected-db`, `employee`, `stranger`. @default none */
  readonly nodeSelectors?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The demo: a database in one cluster, clients in both, and a policy that lets only the employees in. */
export interface DemoSettings extends DemoPlaces, Required<Omit<DemoChoice, "clusters">> {
  /** Whether `up` waits until the workloads run. */
  readonly awaitWorkloads: boolean;
  /** Whether `up` pings the database from every client, before the policy and after it, and fails at a wrong verdict. */
  readonly ping: boolean;
}

/** The article's set-up, with a cluster each to be named. */
export const DEFAULT_DEMO: Omit<DemoSettings, "serverCluster" | "clientCluster"> = {
  serverNamespace: "default",
  clientNamespace: "istio-space",
  image: "redis:7.2-alpine",
  nodeSelectors: {},
  awaitWorkloads: true,
  ping: true,
};

/** The demo that is chosen. What is not waited for is not pinged, and nothing is pinged where the mesh is not checked. */
export function demoSettings(choice: DemoChoice, { rollout, check }: MeshSettings["wait"]): DemoSettings {
  const awaitWorkloads = rollout !== false;
  return { ...placed(choice), awaitWorkloads, ping: awaitWorkloads && check !== false };
}

function placed({ clusters: [serverCluster, clientCluster], ...given }: DemoChoice) {
  return { ...DEFAULT_DEMO, ...given, serverCluster, clientCluster };
}

/** The port of `protected-db`. */
export const DEMO_PORT = 6379;

/** The database's name, of its StatefulSet and of its global Service. */
export const PROTECTED_DB = "protected-db";

const WORKLOADS: readonly string[] = [PROTECTED_DB, "employee", "stranger"];

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
export const workloadName = ({ cluster, namespace, name }: DemoWorkload): string => `${cluster}/${namespace}/${name}`;

/** The clusters that take part. */
export const demoClusters = (demo: DemoPlaces): readonly string[] => [demo.serverCluster, demo.clientCluster];

/** The namespaces that the demo makes in a cluster. `default` is always there. */
export function demoNamespaces(demo: DemoPlaces, cluster: string): readonly string[] {
  const used = [
    ...(demoClusters(demo).includes(cluster) ? [demo.serverNamespace] : []),
    ...(cluster === demo.clientCluster ? [demo.clientNamespace] : []),
  ];
  return [...new Set(used)].filter((namespace) => namespace !== "default");
}

function objectsIn(demo: DemoPlaces, cluster: string): readonly ManagedObject[] {
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

/** What a demo makes, by cluster: the `objects` of the mesh that it shows. */
export function demoObjects(choice: DemoChoice): ObjectsByCluster {
  const demo = placed(choice);
  return Object.fromEntries(demoClusters(demo).map((cluster) => [cluster, objectsIn(demo, cluster)]));
}

/**
 * A demo that names two different ones of these clusters, none of which is lost.
 *
 * @param clusters Those that its stack looks after.
 */
export function validateDemo(
  { clusters: [server, client], nodeSelectors = {} }: DemoChoice,
  clusters: readonly Pick<Cluster, "name" | "lost">[],
): readonly Diagnostic[] {
  const names = clusters.map(({ name }) => name);
  const lost = clusters.filter((each) => each.lost === true).map(({ name }) => name);
  const at = [
    { property: "demo.clusters[0]", value: server },
    { property: "demo.clusters[1]", value: client },
  ];
  return [
    ...at
      .filter(({ value }) => !names.includes(value))
      .map((each) => error({ ...each, reason: "is no cluster of this stack", fix: `use one of ${names.join(", ")}` })),
    ...at
      .filter(({ value }) => lost.includes(value))
      .map((each) => error({ ...each, reason: "is lost", fix: "name a cluster that answers, or leave out the demo" })),
    ...at
      .slice(1)
      .filter(({ value }) => value === server)
      .map((each) => error({ ...each, reason: "is also demo.clusters[0]", fix: "name two clusters" })),
    ...Object.keys(nodeSelectors)
      .filter((name) => !WORKLOADS.includes(name))
      .map((name) =>
        error({
          property: `demo.nodeSelectors.${name}`,
          reason: "is for no workload of the demo",
          fix: `use one of ${WORKLOADS.join(", ")}`,
        }),
      ),
  ];
}
