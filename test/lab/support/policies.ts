import assert from "node:assert/strict";
import { startPinger, trafficReport, type LabCluster, type Pinger, type TrafficReport } from "../../../lab";
import { podOn, PORT, SERVER } from "../../support/cilium/crossNodeTraffic";
import { waitUntil } from "../../support/waitUntil";

const NAMESPACE = "traffic-under-policies";
const SLEEP = ["sleep", "infinity"];
/** Before the name changes, many identities are made. */
const NAME_CHANGES_SECONDS = 1800;
/** A pinger gives every attempt a second. */
const LIMIT_MS = 1000;

/** The pods that policies let in, on the servers' node and on another one, and one that none lets in. */
const CLIENTS = ["far", "near"] as const;
/** Two more that they let in, which are made while agents roll: one with the labels of another client, as a workload gets more pods, and the first of a workload. */
const LATE = { late: "far", new: "new" } as const;
const DENIED = "denied";
/** A server that no policy selects: what is lost there, policies are not the cause of. */
const OPEN = "open";

const peers = (expressions: readonly object[] = []): object => ({
  matchExpressions: [{ key: "app", operator: "In", values: [...CLIENTS, LATE.new] }, ...expressions],
});
const toPorts = [{ ports: [{ port: String(PORT), protocol: "TCP" }] }];

const cilium = (kind: string, name: string, from: object): object => ({
  apiVersion: "cilium.io/v2",
  kind,
  metadata: { name: `only-clients-${name}`, ...(kind === "CiliumNetworkPolicy" ? { namespace: NAMESPACE } : {}) },
  spec: { endpointSelector: { matchLabels: { app: name } }, ingress: [{ fromEndpoints: [from], toPorts }] },
});

/** A policy of each kind, by the server that it selects: naming no cluster, naming it by both of its names, and for the whole cluster. */
const policies = (cluster: string): Readonly<Record<string, object>> => ({
  "no-cluster": cilium("CiliumNetworkPolicy", "no-cluster", peers()),
  "both-names": cilium(
    "CiliumNetworkPolicy",
    "both-names",
    peers([{ key: "io.cilium.k8s.policy.cluster", operator: "In", values: ["default", cluster] }]),
  ),
  "network-policy": {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "only-clients", namespace: NAMESPACE },
    spec: {
      podSelector: { matchLabels: { app: "network-policy" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: peers() }], ports: [{ port: PORT, protocol: "TCP" }] }],
    },
  },
  clusterwide: cilium("CiliumClusterwideNetworkPolicy", "clusterwide", peers()),
});

const pod = (name: string, node: string, command: readonly string[], app?: string): object =>
  podOn(NAMESPACE, name, node, command, app);

/** What became of the attempts of one client at one server. */
export interface Loss extends Pick<TrafficReport, "sent" | "lost" | "longestGapMs"> {
  /** When each of those that were lost began, in seconds from the beginning. */
  readonly at: readonly number[];
}

/** Traffic from every client to every server, each of which a policy of another kind protects. */
export interface PolicyTraffic {
  /**
   * Does something that gives agents another name, and what each client lost at each server meanwhile and until a little later: those that are made when
   * the name has changed, too, since their first answer.
   */
  readonly during: (work: () => Promise<unknown>) => Promise<Readonly<Record<string, Loss>>>;
  /** Attempts of the denied client that were answered since the policies are in force, of how many. */
  readonly let: () => { readonly sent: number; readonly answered: number };
  readonly stop: () => Promise<void>;
}

const ROW = 5;

async function last(what: string, pingers: readonly Pinger[], answered: boolean): Promise<void> {
  const since = Date.now();
  await waitUntil(what, 120, () =>
    Promise.resolve(
      pingers.every((pinger) => {
        const row = pinger
          .attempts()
          .filter(({ at }) => at >= since)
          .slice(-ROW);
        return row.length === ROW && row.every((each) => each.answered === answered);
      }),
    ),
  );
}

const apply = (cluster: LabCluster, items: readonly object[]) =>
  cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });

/**
 * Puts servers on a cluster's first node, clients on its first and its last, and more pods that have identities of their own; then policies, once all of
 * them are answered, and waits until these are in force.
 *
 * @param more How many pods there are beside.
 */
export async function startPolicyTraffic(cluster: LabCluster, more = 0): Promise<PolicyTraffic> {
  const [first, last2] = [cluster.nodes[0]?.name, cluster.nodes.at(-1)?.name];
  assert.ok(first !== undefined && last2 !== undefined && first !== last2, `${cluster.name} needs two nodes`);
  const protectedBy = policies(cluster.name);
  const servers = [...Object.keys(protectedBy), OPEN];
  await apply(cluster, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    ...servers.map((name) => pod(name, first, SERVER)),
    pod("far", last2, SLEEP),
    pod("near", first, SLEEP),
    pod(DENIED, last2, SLEEP),
    ...Array.from({ length: more }, (_, n) => pod(`more${String(n)}`, n % 2 === 0 ? first : last2, SLEEP)),
  ]);
  await cluster.run([`--namespace=${NAMESPACE}`, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=240s"]);
  const ipOf = async (name: string) =>
    (await cluster.run([`--namespace=${NAMESPACE}`, "get", "pod", name, "--output=jsonpath={.status.podIP}"])).stdout;
  const pingers = new Map<string, Pinger>();
  for (const server of servers) {
    const ip = await ipOf(server);
    for (const client of server === OPEN ? CLIENTS : [...CLIENTS, DENIED]) {
      const from = await cluster.inPod({ namespace: NAMESPACE, pod: client });
      pingers.set(`${client} > ${server}`, await startPinger({ from, to: { ip, port: PORT } }));
    }
  }
  const isDenied = ([name]: readonly [string, Pinger]) => name.startsWith(DENIED);
  const all = [...pingers];
  const denied = all.filter(isDenied).map(([, pinger]) => pinger);
  const clients = all.filter((each) => !isDenied(each));
  await apply(cluster, Object.values(protectedBy));
  await last("denied clients are kept out", denied, false);
  await last(
    "clients are let in",
    clients.map(([, pinger]) => pinger),
    true,
  );
  const inForce = Date.now();
  const nameOf = async () =>
    (
      await cluster.run([
        ...["--namespace=kube-system", "get", "configmap", "cilium-config"],
        "--output=jsonpath={.data.cluster-name}",
      ])
    ).stdout;
  /** Makes these on the other node once agents begin to get another name, and has them speak to every server. */
  const startLate = async (): Promise<readonly (readonly [string, Pinger])[]> => {
    const before = await nameOf();
    await waitUntil("the name changes", NAME_CHANGES_SECONDS, async () => (await nameOf()) !== before);
    await apply(
      cluster,
      Object.entries(LATE).map(([name, app]) => pod(name, last2, SLEEP, app)),
    );
    const started: (readonly [string, Pinger])[] = [];
    for (const name of Object.keys(LATE)) {
      await cluster.run([`--namespace=${NAMESPACE}`, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=240s"]);
      const from = await cluster.inPod({ namespace: NAMESPACE, pod: name });
      for (const server of servers) {
        const to = { ip: await ipOf(server), port: PORT };
        // While the server's agent is restarted, it does not learn of a pod that is made: the first answer may take until then.
        started.push([`${name} > ${server}`, await startPinger({ from, to, begins: "unanswered" })]);
      }
    }
    return started;
  };
  return {
    during: async (work) => {
      const from = Date.now();
      // What fails does not leave the other one running into what comes next.
      const [started, worked] = await Promise.allSettled([startLate(), work()]);
      if (worked.status === "rejected") throw worked.reason;
      if (started.status === "rejected") throw started.reason;
      const late = started.value;
      await last(
        "the late clients are let in",
        late.map(([, pinger]) => pinger),
        true,
      );
      const to = Date.now() + 2000;
      await waitUntil("traffic goes on", 60, () =>
        Promise.resolve(
          [...all, ...late].every(([, pinger]) => pinger.attempts().some(({ at }) => at >= to + LIMIT_MS)),
        ),
      );
      const reportOf = (pinger: Pinger): Loss => {
        const first = pinger.attempts().find(({ answered }) => answered)?.at ?? from;
        const meanwhile = pinger.attempts().filter(({ at }) => at >= Math.max(from, first) && at <= to);
        const { sent, lost, longestGapMs } = trafficReport(meanwhile);
        const at = meanwhile.filter(({ answered }) => !answered).map((each) => Math.round((each.at - from) / 100) / 10);
        return { sent, lost, longestGapMs, at };
      };
      const reports = Object.fromEntries([...clients, ...late].map(([name, pinger]) => [name, reportOf(pinger)]));
      await Promise.all(late.map(([, pinger]) => pinger.stop()));
      await cluster.run([`--namespace=${NAMESPACE}`, "delete", "pod", ...Object.keys(LATE), "--timeout=120s"]);
      return reports;
    },
    let: () => {
      const since = denied.flatMap((pinger) => pinger.attempts().filter(({ at }) => at >= inForce));
      return { sent: since.length, answered: since.filter(({ answered }) => answered).length };
    },
    stop: async () => {
      await Promise.all(all.map(([, pinger]) => pinger.stop()));
      const kinds = "ciliumclusterwidenetworkpolicies/only-clients-clusterwide";
      await cluster.run(["delete", kinds, "--ignore-not-found"]);
      await cluster.run(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=120s"]);
    },
  };
}
