import { z } from "zod";
import { printable, printableJson, quoted } from "../basics/model/printable";
import { ciliumObjects } from "../cilium/model/agentConfig";
import { progress, type Verbs } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { refuseOtherClusters } from "../identity/otherCluster";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { Open } from "../kubernetes/openClusters";
import { formatDiagnostics, type Diagnostic } from "../mesh/model/diagnostic";
import { withDropLog, type DropLog } from "./dropLog";
import { DEMO_POLICY, workloadName } from "./model/demo";
import { expectedPings, pingProblems, type Phase, type PingResult } from "./model/demoPings";
import { NO_PINGS, reportPings } from "./model/demoVerdicts";
import { dropLogExcerpt, policyDrops, type Sender } from "./model/dropLog";
import { databaseOf, pingRound, podOf, type Clusters, type Pod } from "./pingRound";

/** The input of the demo's pings. */
export const pingInput = z.object({
  places: z.object({
    serverCluster: z.string(),
    serverNamespace: z.string(),
    clientCluster: z.string(),
    clientNamespace: z.string(),
  }),
  clusters: z.array(z.object({ name: z.string(), context: z.string().optional(), uid: z.string().optional() })),
  cilium: ciliumObjects,
  pingTimeoutSeconds: z.number(),
  verdictTimeoutSeconds: z.number(),
});

type PingInput = z.infer<typeof pingInput>;

/** The drop log may go on for so much longer than pings are repeated: the last round begins just before the deadline. */
const LAST_ROUND_SECONDS = 120;

interface Outcome {
  readonly results: readonly PingResult[];
  readonly problems: readonly Diagnostic[];
}

/** Pings until all verdicts of one round are as expected, or the time is up. */
function repeatPings(
  { places, pingTimeoutSeconds, verdictTimeoutSeconds }: PingInput,
  clusters: Clusters,
  phase: Phase,
  log: DropLog,
): Promise<Outcome> {
  const pings = expectedPings(places, phase);
  const round = async () => {
    if (log.kind === "listening") log.forget();
    const results = await pingRound(clusters, places, pings, pingTimeoutSeconds);
    return { results, problems: pingProblems(places, phase, results) };
  };
  return until(
    Date.now() + verdictTimeoutSeconds * 1000,
    round,
    ({ problems }) => problems.length === 0,
    problemsLine(
      `pings ${phase} the policy are not as expected yet`,
      ({ problems }) => problems,
      () => pings.length,
    ),
  );
}

/** Who was to get no answer, with their addresses in a drop log. One that cannot be found is no evidence, and no failure. */
async function keptOut(clusters: Clusters, results: readonly PingResult[]): Promise<readonly Sender[]> {
  const pinged = results.filter(({ ping }) => ping.expected === "no answer").map(({ ping }) => ping.client);
  const clients = [...new Map(pinged.map((client) => [workloadName(client), client]))];
  const found = await Promise.all(
    clients.map(async ([client, workload]) => {
      const pod = await podOf(clusters, workload).catch(() => undefined);
      return pod === undefined ? [] : [{ client, ip: pod.ip }];
    }),
  );
  return found.flat();
}

/** What is kept of pings that came out right: the verdicts, and what the agent has logged of those that were kept out. */
async function evidence(
  clusters: Clusters,
  results: readonly PingResult[],
  log: DropLog,
  database: Pod | undefined,
): Promise<string> {
  const senders = await keptOut(clusters, results);
  if (log.kind === "unavailable") {
    progress(`no drop log: ${log.reason}`);
    return printableJson(reportPings(results, senders.length === 0 ? [] : [`no drop log: ${log.reason}`]));
  }
  return printableJson(
    reportPings(results, database === undefined ? [] : policyDrops(log.lines(), senders, database.ip)),
  );
}

function failure(
  phase: Phase,
  seconds: number,
  problems: readonly Diagnostic[],
  log: DropLog,
  database: Pod | undefined,
): Error {
  const heading = `pings ${phase} the policy are not as expected after ${seconds} s`;
  const said =
    log.kind === "unavailable"
      ? `--- no drop log: ${printable(log.reason)}`
      : `--- agent ${log.agent}${database === undefined ? "" : ` on node ${database.node}`}: cilium-dbg monitor --type drop\n` +
        quoted(dropLogExcerpt(log.lines(), database?.ip));
  return new Error(`${formatDiagnostics(heading, problems)}\n${said}`);
}

interface Demo {
  readonly clusters: Clusters;
  readonly server: ClusterApi;
}

async function ping(input: PingInput, { clusters, server }: Demo, phase: Phase): Promise<string> {
  const { places, cilium, verdictTimeoutSeconds } = input;
  const where = () => databaseOf(clusters, places).catch(() => undefined);
  const node = (await where())?.node;
  return withDropLog(
    server,
    cilium,
    { node, limitSeconds: verdictTimeoutSeconds + LAST_ROUND_SECONDS },
    (log) => repeatPings(input, clusters, phase, log),
    async (log, { results, problems }) => {
      const database = await where();
      if (problems.length > 0) throw failure(phase, verdictTimeoutSeconds, problems, log, database);
      return evidence(clusters, results, log, database);
    },
  );
}

async function demoIn({ places }: PingInput, opened: readonly Open[]): Promise<Demo> {
  await refuseOtherClusters(opened);
  const clusters = new Map(opened.map(({ name, api }) => [name, api]));
  const server = clusters.get(places.serverCluster);
  if (server === undefined) throw new Error(`cluster "${places.serverCluster}" of the demo was not given`);
  return { clusters, server };
}

async function pingBefore(input: PingInput, demo: Demo, previous: string): Promise<string> {
  const policy = `ciliumnetworkpolicies.cilium.io/${DEMO_POLICY}`;
  if ((await demo.server.object(policy, input.places.serverNamespace)) !== "") {
    progress(`policy ${DEMO_POLICY} is there: what pings came to before it stays as it was seen then`);
    return previous === "" ? JSON.stringify(NO_PINGS) : previous;
  }
  return ping(input, demo, "before");
}

/**
 * The verbs of the demo.
 *
 * @param contact Opens the demo's clusters.
 * @param previous What the same verb printed the last time; empty before the first.
 */
export const demoVerbs = (
  input: PingInput,
  contact: (use: (opened: readonly Open[]) => Promise<string>) => Promise<string>,
  previous: string,
): Verbs => ({
  /** Prints what pings without a policy come to. Once the policy is there that time has passed: what was seen then is kept. */
  before: () => contact(async (opened) => pingBefore(input, await demoIn(input, opened), previous)),
  /** Prints what pings come to with the policy in place, and what the agent at the database has logged of those it kept out. */
  after: () => contact(async (opened) => ping(input, await demoIn(input, opened), "after")),
});
