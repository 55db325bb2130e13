import type { ContainerRef, ExecResult } from "../../../../components/kubernetes/clusterApi";
import type { ManagedFieldsEntry } from "../../../../components/kubernetes/model/managedFields";
import { ClusterInMemory } from "../../../support/kubernetes/clusterInMemory";
import type { AskedExec, Behaviour } from "../../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../../support/kubernetes/storedObject";
import { EtcdInMemory } from "./etcdInMemory";

/** What a cluster with Cilium has. Nothing of it has to be given. */
export interface CiliumCluster {
  /** What `cilium-dbg status -o json` prints in its one agent. @default the agent does not answer */
  readonly status?: object;
  /** UID of its namespace kube-system. @default made from its name */
  readonly uid?: string;
  /** The agents' pods, by node, and what `cilium-dbg status -o json` prints there. @default one, which prints `status` */
  readonly agents?: Readonly<Record<string, object>>;
  /** Whether the agents' pods are ready; they are unless this is `false`. */
  readonly ready?: boolean;
  /** When the pods of agents and operator were made. @default now */
  readonly born?: string;
  /** What the successor of an agent says of itself. */
  readonly restarted?: object;
  /** Names of the operator's pods. */
  readonly operatorPods?: readonly string[];
  /** The DaemonSet's. */
  readonly maxUnavailable?: number | string;
  /** The `managedFields` of `cilium-config`. */
  readonly managedFields?: readonly ManagedFieldsEntry[];
  /** Its annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Its CiliumNodes. */
  readonly ciliumNodes?: readonly { readonly metadata: { readonly name: string }; readonly spec: object }[];
  /** The data of `cilium-config`; `null` where there is none. */
  readonly config?: Readonly<Record<string, string>> | null;
  /** Addresses that do not answer, by the node that asks. */
  readonly silent?: Readonly<Record<string, readonly string[]>>;
  /** After this many probes everything answers. */
  readonly healsAfter?: number;
  /** What `cilium-dbg endpoint list -o json` prints beside that of the host, or what gives that each time; those of deleted pods are gone. */
  readonly endpoints?: readonly object[] | (() => readonly object[]);
  /** How often an agent is asked for these while it has restored none of them. @default 0 */
  readonly restoring?: number;
  /** Pods by namespace and name, with their owner; a deleted one that has an owner comes back under another name. */
  readonly pods?: Readonly<Record<string, string | null>>;
  /** What `cilium-dbg troubleshoot clustermesh` prints; of several, the next one each time, and the last one from then on. */
  readonly troubleshoot?: string | readonly string[];
  readonly log?: string;
  /** The value of the annotation that rolls agents and operator. */
  readonly annotation?: string;
  /** The data of the peers' Secret; absent where there is none. */
  readonly peerSecret?: Readonly<Record<string, string>>;
  /** Its etcd, or what `cilium-dbg kvstore get --recursive` prints of all of it; it cannot be reached where this is `"gone"`. */
  readonly kvstore?: string | EtcdInMemory;
  /** The pods of clustermesh-apiserver with KVStoreMesh; absent where there is no such Deployment. */
  readonly caches?: Readonly<Record<string, CacheInMemory>>;
  /** The containers of those pods. @default with KVStoreMesh */
  readonly cacheContainers?: readonly string[];
  readonly others?: readonly StoredObject[];
  /** That of the agents. @default none is told */
  readonly image?: string;
  /** Kinds of policies that it has, or may not be asked for. @default none */
  readonly kinds?: Behaviour["kinds"];
}

/** KVStoreMesh in a pod. Of several texts the next one each time, and the last one from then on. */
export interface CacheInMemory {
  /** What `kvstoremesh-dbg status -o json` prints, or how it ends. */
  readonly status: readonly (readonly object[] | ExecResult)[];
  /** What `kvstoremesh-dbg troubleshoot` prints, or how it ends. @default every peer of the last status is reached */
  readonly troubleshoot?: readonly (string | ExecResult)[];
  readonly log?: string;
}

const NAMESPACE = "kube-system";

/** Every agent has it once it has restored the others. */
const HOST_ENDPOINT = { status: { state: "ready", identity: { id: 1, labels: ["reserved:host"] } } };

interface PodOptions {
  readonly namespace?: string;
  readonly owner?: { readonly kind: string; readonly uid: string };
  readonly node?: string;
  readonly ready?: boolean;
  readonly born?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly containers?: readonly string[];
}

function pod(name: string, options: PodOptions): StoredObject {
  const { namespace = NAMESPACE, owner, node = "node1", ready = true, labels = {}, containers = [] } = options;
  const ownerReferences = owner === undefined ? [] : [{ ...owner, controller: true }];
  const creationTimestamp = options.born ?? new Date().toISOString();
  return {
    kind: "Pod",
    metadata: { name, namespace, uid: `uid-of-${name}`, creationTimestamp, labels, ownerReferences },
    spec: { nodeName: node, containers: containers.map((each) => ({ name: each })) },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

function workload(
  kind: string,
  name: string,
  uid: string,
  spec: object,
  status: object,
  annotation?: string,
  image?: string,
): StoredObject {
  const annotations = annotation === undefined ? {} : { "cilium-clustermesh/config": annotation };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: NAMESPACE, uid, generation: 1 },
    spec: {
      ...spec,
      template: {
        metadata: { annotations },
        spec: image === undefined ? {} : { containers: [{ name: "cilium-agent", image }] },
      },
    },
    status: { observedGeneration: 1, ...status },
  };
}

function objectsOf(name: string, given: CiliumCluster, agents: ReadonlyMap<string, string>): readonly StoredObject[] {
  const { born, ready, operatorPods = [], config = {}, annotations, managedFields = [], maxUnavailable } = given;
  const time = born === undefined ? {} : { born };
  const nodes = agents.size;
  const rolled = { desiredNumberScheduled: nodes, updatedNumberScheduled: nodes, numberAvailable: nodes };
  const count = operatorPods.length;
  const replicas = { replicas: count, updatedReplicas: count, availableReplicas: count };
  const daemonSet = {
    selector: { matchLabels: { "k8s-app": "cilium" } },
    updateStrategy: maxUnavailable === undefined ? {} : { rollingUpdate: { maxUnavailable } },
  };
  const deployment = { selector: { matchLabels: { name: "cilium-operator" } }, replicas: count };
  const configMap = {
    kind: "ConfigMap",
    metadata: {
      ...{ name: "cilium-config", namespace: NAMESPACE, uid: "2", resourceVersion: "1", managedFields },
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
  return [
    { kind: "Namespace", metadata: { name: NAMESPACE, uid: given.uid ?? `uid-of-${name}` } },
    ...(config === null ? [] : [{ ...configMap, data: config }]),
    workload("DaemonSet", "cilium", "ds", daemonSet, rolled, given.annotation, given.image),
    workload("Deployment", "cilium-operator", "deployment", deployment, replicas, given.annotation),
    ...[...agents].map(([node, agent]) =>
      pod(agent, {
        ...{ node, owner: { kind: "DaemonSet", uid: "ds" }, labels: { "k8s-app": "cilium" }, ...time },
        ...(ready === undefined ? {} : { ready }),
      }),
    ),
    ...operatorPods.map((each) =>
      pod(each, { owner: { kind: "ReplicaSet", uid: "deployment" }, labels: { name: "cilium-operator" }, ...time }),
    ),
    ...Object.entries(given.pods ?? {}).map(([key, uid]) => {
      const [namespace = "", own = ""] = key.split("/");
      return pod(own, { namespace, ...(uid === null ? {} : { owner: { kind: "ReplicaSet", uid } }) });
    }),
    ...(given.ciliumNodes ?? []).map(({ metadata, spec }) => ({
      ...{ kind: "CiliumNode", metadata: { ...metadata, uid: metadata.name }, spec },
    })),
    ...(given.peerSecret === undefined
      ? []
      : [
          {
            kind: "Secret",
            metadata: { name: "cilium-clustermesh", namespace: NAMESPACE, uid: "3" },
            data: given.peerSecret,
          },
        ]),
    ...(given.caches === undefined ? [] : cacheObjects(Object.keys(given.caches), given.cacheContainers)),
    ...(given.others ?? []),
  ];
}

const CACHE_LABELS = { "k8s-app": "clustermesh-apiserver" };

const cacheObjects = (
  pods: readonly string[],
  containers: readonly string[] = ["etcd", "apiserver", "kvstoremesh"],
): readonly StoredObject[] => [
  workload("Deployment", "clustermesh-apiserver", "apiserver", { selector: { matchLabels: CACHE_LABELS } }, {}),
  ...pods.map((name) =>
    pod(name, { owner: { kind: "ReplicaSet", uid: "apiserver" }, labels: CACHE_LABELS, containers }),
  ),
];

/** Answers for KVStoreMesh in the pods of a cluster. */
function cacheAnswers(caches: Readonly<Record<string, CacheInMemory>>) {
  const asked = new Map<string, number>();
  const next = <T>(key: string, told: readonly T[]): T | undefined => {
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    return told[Math.min(times, told.length) - 1];
  };
  return ({ pod: { metadata }, command }: AskedExec): string | ExecResult => {
    const cache = caches[metadata.name];
    if (cache === undefined) return failed("no such pod");
    const words = command.join(" ");
    if (words === "clustermesh-apiserver kvstoremesh-dbg status -o json") {
      const told = next(`${metadata.name} status`, cache.status) ?? [];
      return "code" in told ? told : JSON.stringify(told, null, 2);
    }
    if (words !== "clustermesh-apiserver kvstoremesh-dbg troubleshoot") return failed(`unexpected: ${words}`);
    const peers = [cache.status.at(-1) ?? []].flat() as readonly { readonly name?: string }[];
    const reached = peers.map(
      ({ name = "" }) => `Cluster "${name}":\n   ✅ Etcd connection successfully established\n`,
    );
    return next(`${metadata.name} troubleshoot`, cache.troubleshoot ?? []) ?? reached.join("\n");
  };
}

const failed = (stderr: string): ExecResult => ({ code: 1, stdout: "", stderr });

const has = (command: readonly string[], ...words: readonly string[]): boolean =>
  words.every((word) => command.includes(word));

/** Answers for the agents of a cluster. */
function agentAnswers(
  name: string,
  given: CiliumCluster,
  deleted: () => readonly string[],
  identities: () => readonly string[],
  etcd: EtcdInMemory,
) {
  let probes = 0;
  let dials = 0;
  let asks = 0;
  const statusOf = ({ metadata, ...rest }: StoredObject): object | undefined => {
    const { nodeName } = rest["spec"] as { readonly nodeName: string };
    const isSuccessor = metadata.name.endsWith("-again");
    return (isSuccessor ? given.restarted : undefined) ?? given.agents?.[nodeName] ?? given.status;
  };
  const kvstore = (command: readonly string[]) => {
    const answer = etcd.answer(command);
    const isGone = given.kvstore === "gone" && answer !== undefined;
    return isGone ? failed("Error: Unable to connect to the kvstore") : answer;
  };
  const probe = (node: string, addresses: readonly string[]): string => {
    probes += 1;
    const isHealed = probes > (given.healsAfter ?? Infinity);
    const answers = addresses.filter((address) => isHealed || given.silent?.[node]?.includes(address) !== true);
    return answers.map((address) => `${address} HTTP/1.0 200 OK\n`).join("");
  };
  const troubleshoot = (status: object | undefined): string => {
    dials += 1;
    const mesh = status as { readonly "cluster-mesh"?: { readonly clusters?: readonly { readonly name: string }[] } };
    const peers = (status === undefined ? [] : (mesh["cluster-mesh"]?.clusters ?? [])).map((peer) => peer.name);
    const opened = peers.map((peer) => `Cluster "${peer}":\n   ✅ Etcd connection successfully established\n`);
    const told = [given.troubleshoot ?? []].flat();
    return told[Math.min(dials, told.length) - 1] ?? `troubleshooting in ${name}\n${opened.join("\n")}`;
  };
  const endpoints = (): string => {
    const of = (each: object) =>
      (each as { readonly status: { readonly "external-identifiers": Readonly<Record<string, string>> } }).status[
        "external-identifiers"
      ];
    const nameOf = (each: object) => `${of(each)["k8s-namespace"] ?? ""}/${of(each)["k8s-pod-name"] ?? ""}`;
    asks += 1;
    if (asks <= (given.restoring ?? 0)) return "[]";
    const all = typeof given.endpoints === "function" ? given.endpoints() : (given.endpoints ?? []);
    return JSON.stringify([HOST_ENDPOINT, ...all.filter((each) => !deleted().includes(nameOf(each)))]);
  };
  return ({ pod: agent, command }: AskedExec): string | ExecResult => {
    const { nodeName } = agent["spec"] as { readonly nodeName: string };
    const status = statusOf(agent);
    // Every agent knows the identities that there are, and has all of them in the policy of its one pod.
    if (has(command, "identity", "list") || has(command, "bpf", "policy")) return identities().join(" ");
    const ofEtcd = kvstore(command);
    if (ofEtcd !== undefined) return ofEtcd;
    if (has(command, "status")) return status === undefined ? failed("no answer") : JSON.stringify(status);
    if (has(command, "endpoint", "list")) return endpoints();
    if (has(command, "bash", "probe")) return probe(nodeName, command.slice(command.indexOf("probe") + 3));
    if (has(command, "troubleshoot", "clustermesh")) return troubleshoot(status);
    return failed(`unexpected: ${command.join(" ")}`);
  };
}

/** A cluster with Cilium, in memory. */
export function ciliumCluster(name: string, given: CiliumCluster = {}): ClusterInMemory {
  const nodes = Object.keys(given.agents ?? { node1: {} });
  const agents = new Map(
    nodes.map((node) => [node, given.agents === undefined ? `cilium-${name}` : `cilium-${name}-${node}`]),
  );
  const deleted = () =>
    cluster.callsOf("deletePods").flatMap(([namespace, pods]) => pods.map((each) => `${namespace}/${each}`));
  const etcd = given.kvstore instanceof EtcdInMemory ? given.kvstore : new EtcdInMemory(given.kvstore ?? "");
  const identities = (): readonly string[] => [
    ...cluster.storedOf("ciliumidentities").map(({ metadata }) => metadata.name),
    ...etcd.identities(),
  ];
  const ofAgents = agentAnswers(name, given, deleted, identities, etcd);
  const ofCaches = cacheAnswers(given.caches ?? {});
  const exec = (asked: AskedExec) => (asked.container === "kvstoremesh" ? ofCaches(asked) : ofAgents(asked));
  const log = ({ pod: of, container }: ContainerRef) =>
    (container === "kvstoremesh" ? given.caches?.[of]?.log : given.log) ?? "";
  const { kinds } = given;
  const behaviour = { exec, log, ...(kinds === undefined ? {} : { kinds }) };
  const cluster: ClusterInMemory = new ClusterInMemory(objectsOf(name, given, agents), behaviour);
  return cluster;
}
