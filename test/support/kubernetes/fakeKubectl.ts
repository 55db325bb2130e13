import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { REQUEST_LOG } from "../../../components/kubernetes/model/requestLog";
import { PRINT_AS_ASKED } from "./printJsonPath";

/** A `kubectl` that answers for agents: one pod a cluster unless told otherwise, whose status is the recorded JSON given for the cluster. */
export interface FakeKubectl {
  readonly env: NodeJS.ProcessEnv;
  /** The arguments of every call so far, without the verbosity. */
  calls(): Promise<readonly (readonly string[])[]>;
  remove(): Promise<void>;
}

/** What a cluster has beside the status of its one agent. Nothing of it has to be given. */
export interface FakeCluster {
  /** UID of its namespace kube-system. @default made from its context */
  readonly uid?: string;
  /** The agents' pods, by node, and what `cilium-dbg status -o json` prints there. */
  readonly agents?: Readonly<Record<string, object>>;
  /** Whether the agents' pods are ready; they are unless this is `false`. */
  readonly ready?: boolean;
  /** When the pods of agents and operator were made; deleted ones are made again, now. */
  readonly born?: string;
  /** What a deleted agent's successor says of itself. */
  readonly restarted?: object;
  /** Names of the operator's pods. */
  readonly operatorPods?: readonly string[];
  /** The DaemonSet's. */
  readonly maxUnavailable?: number | string;
  /** The `managedFields` of `cilium-config`. */
  readonly managedFields?: readonly object[];
  /** Its annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Its CiliumNodes. */
  readonly ciliumNodes?: readonly object[];
  /** The data of `cilium-config`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Addresses that do not answer, by the node that asks. */
  readonly silent?: Readonly<Record<string, readonly string[]>>;
  /** After this many probes everything answers. */
  readonly healsAfter?: number;
  /** What `cilium-dbg endpoint list -o json` prints; those of deleted pods are gone. */
  readonly endpoints?: readonly object[];
  /** Pods by namespace and name, with their owner; a deleted one that has an owner comes back under another name. */
  readonly pods?: Readonly<Record<string, string | null>>;
  /** What `cilium-dbg troubleshoot clustermesh` prints; of several, the next one each time, and the last one from then on. */
  readonly troubleshoot?: string | readonly string[];
  readonly log?: string;
  /** The value of the annotation that rolls the agents. */
  readonly annotation?: string;
  /** The data of the peers' Secret; absent where there is none. */
  readonly peerSecret?: Readonly<Record<string, string>>;
  /** What `cilium-dbg kvstore get --recursive` prints; deleting fails where this is `"gone"`. */
  readonly kvstore?: string;
}

/** What kubectl logs when it starts. */
export const STARTED = "I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file";

const PROGRAM = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync, writeFileSync, writeSync } = require("node:fs");
const { join } = require("node:path");
const args = process.argv.slice(2).filter((arg) => arg !== ${JSON.stringify(REQUEST_LOG)});
process.on("exit", (code) => code === 0 && writeSync(2, ${JSON.stringify(`${STARTED}\n`)}));
const calls = join(__dirname, "calls");
appendFileSync(calls, JSON.stringify(args) + "\\n");
const made = readFileSync(calls, "utf8").split("\\n").filter((line) => line !== "").map((line) => JSON.parse(line));
const access = args.find((arg) => arg.startsWith("--context=")) ?? "";
const context = access.slice("--context=".length);
const has = (...words) => words.every((word) => args.includes(word));
const after = (word) => args[args.indexOf(word) + 1];
const extra = join(__dirname, context + ".cluster.json");
const cluster = existsSync(extra) ? JSON.parse(readFileSync(extra, "utf8")) : {};
const status = () => JSON.parse(readFileSync(join(__dirname, context + ".json"), "utf8"));
const nodes = Object.keys(cluster.agents ?? { node1: {} });
const deleted = made.filter((call) => call.includes("delete") && call.includes("pod") && call[0] === access)
  .flatMap((call) => call.slice(call.indexOf("pod") + 1, call.indexOf("-n")));
const firstOn = (node) => (cluster.agents === undefined ? "cilium-" + context : "cilium-" + context + "-" + node);
const isAnew = (node) => deleted.includes(firstOn(node));
const podOn = (node) => firstOn(node) + (isAnew(node) ? "-again" : "");
const bornAs = (again) => (again || cluster.born === undefined ? new Date().toISOString() : cluster.born);
const nodeOf = nodes.find((node) => has(podOn(node)));
const print = (what) => process.stdout.write(typeof what === "string" ? what : JSON.stringify(what));
${PRINT_AS_ASKED}
const printList = (items) => print(printAsAsked(args, { items }));
const gone = new Set(
  made.filter((call) => call.includes("delete") && call[0] === access)
    .map((call) => call[call.indexOf("-n") + 1] + "/" + call[call.indexOf("pod") + 1]),
);
function workloads(namespace) {
  const own = Object.entries(cluster.pods ?? {}).filter(([key]) => key.startsWith(namespace + "/"));
  return own.flatMap(([key, owner]) => {
    const name = key.split("/")[1] + (gone.has(key) ? "-again" : "");
    const ownerReferences = owner === null ? [] : [{ kind: "ReplicaSet", uid: owner, controller: true }];
    const ready = { conditions: [{ type: "Ready", status: "True" }] };
    return gone.has(key) && owner === null ? [] : [{ metadata: { name, namespace, ownerReferences }, status: ready }];
  });
}
function configMap() {
  const metadata = { name: "cilium-config", uid: "2", resourceVersion: "1", managedFields: cluster.managedFields ?? [], annotations: cluster.annotations };
  return { kind: "ConfigMap", metadata, data: cluster.config ?? {} };
}
if (has("proxy")) {
  const socket = args.find((arg) => arg.startsWith("--unix-socket=")).slice("--unix-socket=".length);
  const server = require("node:http").createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      appendFileSync(calls, JSON.stringify([access, "apply", request.url, body]) + "\\n");
      const { kind, data, metadata, spec } = JSON.parse(body);
      const changed = kind === "ConfigMap"
        ? { config: { ...cluster.config, ...data }, annotations: { ...cluster.annotations, ...metadata.annotations } }
        : { annotation: Object.values(spec.template.metadata.annotations)[0] };
      writeFileSync(extra, JSON.stringify({ ...JSON.parse(readFileSync(extra, "utf8")), ...changed }));
      response.end("{}");
    });
  });
  server.listen(socket, () => print("Starting to serve on " + socket + "\\n"));
} else if (has("get", "namespace/kube-system")) {
  const namespace = { kind: "Namespace", metadata: { name: "kube-system", uid: cluster.uid ?? "uid-of-" + context } };
  const isAlone = !args.some((arg) => arg.startsWith("configmap/"));
  print(isAlone ? namespace : { kind: "List", items: [namespace, ...(cluster.config === null ? [] : [configMap()])] });
} else if (has("get") && (has("json") || has("--output=json")) && args.some((arg) => /^(daemonset|deployment)\\//.test(arg))) {
  const asked = args.filter((arg) => /^(configmap|daemonset|deployment)\\//.test(arg)).map((arg) => arg.split("/"));
  const annotations = cluster.annotation === undefined ? {} : { "cilium-clustermesh/config": cluster.annotation };
  const rollingUpdate = cluster.maxUnavailable === undefined ? undefined : { maxUnavailable: cluster.maxUnavailable };
  const selector = { matchLabels: { name: "cilium-operator" } };
  const replicas = (cluster.operatorPods ?? []).length;
  const of = (resource) => resource === "daemonset"
    ? { selector: { matchLabels: { "k8s-app": "cilium" } }, updateStrategy: { rollingUpdate } }
    : { selector, replicas };
  const spec = (resource) => ({ ...of(resource), template: { metadata: { annotations }, spec: {} } });
  const count = (cluster.operatorPods ?? []).length;
  const status = {
    observedGeneration: 1, desiredNumberScheduled: nodes.length, updatedNumberScheduled: nodes.length,
    numberAvailable: nodes.length, replicas: count, updatedReplicas: count, availableReplicas: count,
  };
  const items = asked.map(([resource, name]) => {
    if (resource === "configmap") return configMap();
    const kind = resource === "daemonset" ? "DaemonSet" : "Deployment";
    return { apiVersion: "apps/v1", kind, metadata: { name, uid: "4", generation: 1 }, spec: spec(resource), status };
  });
  print(items.length === 1 ? items[0] : { kind: "List", items });
} else if (has("get", "pod")) {
  const there = args.slice(args.indexOf("pod") + 1, args.indexOf("-n")).filter((name) => !deleted.includes(name));
  if (there.length > 0) {
    print({ kind: "List", items: there.map((name) => ({ kind: "Pod", metadata: { name, uid: name } })) });
  }
} else if (has("get", "pods", "name=cilium-operator")) {
  const pod = (name) => ({
    metadata: { name: name + (deleted.includes(name) ? "-again" : ""), creationTimestamp: bornAs(deleted.includes(name)) },
    spec: { nodeName: nodes[0] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  printList((cluster.operatorPods ?? []).map(pod));
} else if (has("get", "pods") && after("-n") !== "kube-system") {
  printList(workloads(after("-n")));
} else if (has("get", "pods")) {
  const pod = (node) => ({
    kind: "Pod",
    metadata: { name: podOn(node), namespace: "kube-system", uid: "1", creationTimestamp: bornAs(isAnew(node)) },
    spec: { nodeName: node },
    status: { conditions: [{ type: "Ready", status: cluster.ready === false ? "False" : "True" }] },
  });
  printList(cluster.agents === undefined || nodes.length > 0 ? nodes.map(pod) : []);
} else if (has("get", "ciliumnodes.cilium.io")) {
  printList(cluster.ciliumNodes ?? []);
} else if (has("patch") && args.some((arg) => arg.startsWith("configmap/"))) {
  const { data } = JSON.parse(after("--patch"));
  writeFileSync(extra, JSON.stringify({ ...cluster, config: { ...cluster.config, ...data } }));
} else if (has("patch")) {
  const { annotations } = JSON.parse(after("--patch")).spec.template.metadata;
  writeFileSync(extra, JSON.stringify({ ...cluster, annotation: Object.values(annotations)[0] ?? undefined }));
} else if (has("get") && args.some((arg) => /^secrets?\\//.test(arg))) {
  const metadata = { name: "cilium-clustermesh", uid: "3" };
  if (cluster.peerSecret !== undefined) print({ kind: "Secret", metadata, data: cluster.peerSecret });
} else if (has("get") && has("-o", "name")) {
  print(args[args.indexOf("get") + 1]);
} else if (has("exec", "cilium-dbg", "kvstore") || has("exec", "bash", "delete")) {
  if (cluster.kvstore === "gone") {
    process.stderr.write("Error: Unable to connect to the kvstore");
    process.exitCode = 1;
  } else print(cluster.kvstore ?? "");
} else if (has("get") && args.some((arg) => arg.startsWith("configmap/"))) {
  print(configMap());
} else if (has("exec", "cilium-dbg", "status")) {
  print(isAnew(nodeOf) && cluster.restarted ? cluster.restarted : (cluster.agents?.[nodeOf] ?? status()));
} else if (has("exec", "cilium-dbg", "endpoint", "list")) {
  const ids = (each) => each.status["external-identifiers"];
  print((cluster.endpoints ?? []).filter((each) => !gone.has(ids(each)["k8s-namespace"] + "/" + ids(each)["k8s-pod-name"])));
} else if (has("exec", "bash")) {
  const probes = made.filter((call) => call.includes("bash") && call[0] === access).length;
  const healed = probes > (cluster.healsAfter ?? Infinity);
  for (const address of args.slice(args.indexOf("probe") + 3)) {
    if (healed || !cluster.silent?.[nodeOf]?.includes(address)) print(address + " HTTP/1.0 200 OK\\n");
  }
} else if (has("exec", "cilium-dbg", "troubleshoot", "clustermesh")) {
  const peers = ((cluster.agents?.[nodeOf] ?? status())["cluster-mesh"]?.clusters ?? []).map(({ name }) => name);
  const opened = peers.map((name) => 'Cluster "' + name + '":\\n   ✅ Etcd connection successfully established\\n');
  const told = [cluster.troubleshoot ?? []].flat();
  const times = made.filter((call) => call.includes("troubleshoot") && call[0] === access).length;
  print(told[Math.min(times, told.length) - 1] ?? "troubleshooting in " + context + "\\n" + opened.join("\\n"));
} else if (has("logs")) {
  print(cluster.log ?? "");
} else if (!["annotate", "delete", "rollout"].some((verb) => has(verb))) {
  process.stderr.write("unexpected: " + args.join(" "));
  process.exitCode = 1;
}
`;

/**
 * @param statuses What \`cilium-dbg status -o json\` prints, by kubeconfig context.
 * @param clusters What the clusters have beside, by kubeconfig context.
 */
export async function fakeKubectl(
  statuses: Readonly<Record<string, object>>,
  clusters: Readonly<Record<string, FakeCluster>> = {},
): Promise<FakeKubectl> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-kubectl-"));
  await writeFile(join(folder, "kubectl"), PROGRAM, { mode: 0o755 });
  await writeFile(join(folder, "calls"), "");
  const files = [
    ...Object.entries(statuses).map(([context, status]) => [`${context}.json`, status] as const),
    ...Object.entries(clusters).map(([context, cluster]) => [`${context}.cluster.json`, cluster] as const),
  ];
  await Promise.all(files.map(([file, content]) => writeFile(join(folder, file), JSON.stringify(content))));
  return {
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    calls: async () => {
      const lines = (await readFile(join(folder, "calls"), "utf8")).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as readonly string[]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
