import { readFile } from "node:fs/promises";
import { trafficReport, type IpFamily, type LabCluster, type Pinger, type TrafficReport } from "../../../lab";
import { startTraffic, type TrafficOptions } from "../../support/cilium/crossNodeTraffic";
import { localConfig } from "../../support/stacks/localStack";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { waitUntil } from "../../support/waitUntil";
import { level } from "./level";
import { say, timed } from "./say";

/** An ordered pair of clusters. */
export interface Pair {
  readonly from: LabCluster;
  readonly to: LabCluster;
}

/** Every ordered pair. */
export const orderedPairs = (clusters: readonly LabCluster[]): readonly Pair[] =>
  clusters.flatMap((from) => clusters.filter((to) => to !== from).map((to) => ({ from, to })));

/** The configuration of a mesh without the demo, whose etcds keep their own authorities. */
export async function ownAuthorities(
  clusters: readonly LabCluster[],
  extra: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const config = await localConfig(clusters);
  const members = config["clusters"] as Readonly<Record<string, { readonly etcd: object }>>;
  const withCa = await Promise.all(
    clusters.map(async ({ name, ciliumEtcd }) => {
      const [certificate, privateKey] = await Promise.all(
        [ciliumEtcd.caFile, ciliumEtcd.caKeyFile].map((file) => readFile(file, "utf8")),
      );
      const member = members[name];
      return [name, { ...member, etcd: { ...member?.etcd, ca: { certificate, privateKey } } }] as const;
    }),
  );
  return { ...config, demo: false, authority: "adopted", clusters: Object.fromEntries(withCa), ...extra };
}

/** A stack of the level's workstation, with its first configuration. */
export async function makeStack(name: string, config: Readonly<Record<string, unknown>>): Promise<PulumiStack> {
  const stack = (await level()).workstation.stack(name);
  await stack.init(config);
  return stack;
}

/** Configures a stack and brings it up. */
export async function change(
  what: string,
  stack: PulumiStack,
  config: Readonly<Record<string, unknown>>,
): Promise<Run> {
  await stack.configure(config);
  return succeeded(await timed(what, () => stack.up()));
}

/** Whether a new connection from a pod of one cluster to one of the other is answered; throws where none is in time. */
export async function pinged({ from, to }: Pair, family?: IpFamily): Promise<void> {
  await (await startTraffic(from, "client", to, family === undefined ? {} : { family })).stop();
}

/** What of Cilium runs with a cluster's name and id. */
export const CILIUM_WORKLOADS = ["daemonset/cilium", "deployment/cilium-operator"] as const;

/** Waits until they run as they are to. */
export async function ciliumRolledOut(cluster: LabCluster): Promise<void> {
  for (const workload of CILIUM_WORKLOADS) {
    await cluster.run(["--namespace=kube-system", "rollout", "status", workload, "--timeout=120s"]);
  }
}

/** Steady traffic in several places at once. */
export interface Traffic {
  /** What became of all of it since a moment, by name. */
  readonly since: (moment: number) => Readonly<Record<string, TrafficReport>>;
  /** Seconds from a moment to the first attempt that was answered after it, by name. */
  readonly firstAnswers: (moment: number) => Readonly<Record<string, number | undefined>>;
  /** Waits until all of it has gone on for so long. */
  readonly goesOn: (milliseconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Between the nodes of each cluster that has several, and every ordered pair. */
export const waysEverywhere = (clusters: readonly LabCluster[]): readonly Pair[] => [
  ...clusters.filter(({ nodes }) => nodes.length > 1).map((cluster) => ({ from: cluster, to: cluster })),
  ...orderedPairs(clusters),
];

/** What the traffic of a way is called, where all of it is by one IP family. */
export const wayName = ({ from, to }: Pair): string => `${from.name} → ${to.name}`;

async function pingersOn(
  ways: readonly Pair[],
  families?: readonly IpFamily[],
  begins: TrafficOptions["begins"] = "answered",
): Promise<ReadonlyMap<string, Pinger>> {
  const started = new Map<string, Pinger>();
  for (const way of ways) {
    const { from, to } = way;
    const name = wayName(way);
    if (families === undefined) started.set(name, await startTraffic(from, "client", to));
    for (const family of families ?? []) {
      started.set(`${name}, ${family}`, await startTraffic(from, "client", to, { family, begins }));
    }
  }
  return started;
}

/** Starts pingers between the nodes of each cluster that has several, and for every ordered pair. */
export const pingersEverywhere = (clusters: readonly LabCluster[]): Promise<ReadonlyMap<string, Pinger>> =>
  pingersOn(waysEverywhere(clusters));

/** Begins steady traffic between the nodes of each cluster that has several, and for every ordered pair. */
export const trafficEverywhere = (clusters: readonly LabCluster[]): Promise<Traffic> =>
  trafficOn(waysEverywhere(clusters));

/** Begins steady traffic on some ways, each by every one of these IP families. */
export async function trafficOn(...args: Parameters<typeof pingersOn>): Promise<Traffic> {
  const started = await pingersOn(...args);
  return {
    goesOn: async (milliseconds) => {
      const until = Date.now() + milliseconds;
      await waitUntil("traffic goes on", 60, () =>
        Promise.resolve([...started.values()].every((pinger) => pinger.attempts().some(({ at }) => at >= until))),
      );
    },
    firstAnswers: (moment) =>
      Object.fromEntries(
        [...started].map(([name, pinger]) => {
          const first = pinger.attempts().find(({ at, answered }) => answered && at >= moment);
          return [name, first === undefined ? undefined : (first.at - moment) / 1000];
        }),
      ),
    since: (moment) =>
      Object.fromEntries(
        [...started].map(([name, pinger]) => [name, trafficReport(pinger.attempts().filter(({ at }) => at >= moment))]),
      ),
    stop: async () => {
      await Promise.all([...started.values()].map((pinger) => pinger.stop()));
    },
  };
}

/** Sums up what was lost, and tells it. */
export function lostOf(what: string, reports: Readonly<Record<string, TrafficReport>>): number {
  const all = Object.values(reports);
  const sum = (of: (report: TrafficReport) => number) => all.reduce((total, report) => total + of(report), 0);
  const lost = sum((report) => report.lost);
  const gap = Math.max(...all.map(({ longestGapMs }) => longestGapMs)) / 1000;
  say(
    `${what}: ${sum(({ sent }) => sent)} connections on ${all.length} ways, ${lost} lost${lost === 0 ? "" : `, longest gap ${gap.toFixed(1)} s`}`,
  );
  return lost;
}
