import { errorMessage } from "../basics/errorMessage";
import { excerpt } from "../basics/model/bounded";
import { quoted } from "../basics/model/printable";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { askIn, containerOf } from "./agents";
import type { AskedCluster } from "./caches";
import type { CiliumObjects } from "./model/agentConfig";
import type { AgentReport } from "./model/agentStatus";
import type { Cause } from "./model/causeSigns";
import { causeOf, complaintsOf } from "./model/peerCauses";
import { agentReader, READERS, type Reader } from "./model/readers";
import {
  cacheCause,
  EMPTYING,
  readinessTable,
  statusCause,
  type ExpectedPeer,
  type Readiness,
} from "./model/readiness";

/** Agents repeat themselves; the last lines are about how things are now. */
const LOG_LINES_SHOWN = 5;
const LOG_SINCE = "15m";

/** Why peers are not ready, as far as anybody can tell. */
export interface Diagnosis {
  readonly causeFor: (line: Readiness) => Cause | undefined;
  /** All that was printed there. */
  readonly text: string;
}

const WAIT: Cause = {
  sentence: "it came back before KVStoreMesh had forgotten it",
  fix: "run pulumi up again, or restart Deployment clustermesh-apiserver, whose cache is empty then",
};

/** Agents print a page of each peer, and mostly the same. */
const TEXTS_SHOWN = 2;
const TEXT_BYTES = 1500;

/** What agents and KVStoreMesh said, as far as there is room for it in an error. */
export function excerptOf(texts: readonly string[]): string {
  const left = texts.length - TEXTS_SHOWN;
  const shown = texts.slice(0, TEXTS_SHOWN).map((text) => excerpt(text, TEXT_BYTES));
  return [...shown, ...(left > 0 ? [`… and what ${left} more say`] : [])].join("\n");
}

interface Said {
  readonly troubleshoot: string;
  readonly log: string;
}

async function ask(api: ClusterApi, reader: Reader, cilium: CiliumObjects, pod: string): Promise<Said> {
  const [troubleshoot, log] = await Promise.all([
    askIn(api, reader, cilium, pod, READERS[reader].troubleshoot).catch(errorMessage),
    api.logs(containerOf(reader, cilium, pod), LOG_SINCE).catch(errorMessage),
  ]);
  return { troubleshoot, log };
}

/** A pod that was asked, and for which peers. */
interface Asked extends Said {
  readonly cluster: string;
  readonly reader: Reader;
  readonly pod: string;
  readonly peers: readonly string[];
}

function textsOf({ cluster, reader, pod, peers, ...said }: Asked): readonly string[] {
  const { noun, troubleshoot } = READERS[reader];
  const heading = `--- cluster ${cluster}, ${noun} ${pod}:`;
  const logged = peers.flatMap((peer) => complaintsOf(said.log, peer).slice(-LOG_LINES_SHOWN));
  return [
    `${heading} ${troubleshoot.join(" ")}\n${quoted(said.troubleshoot)}`,
    ...(logged.length === 0 ? [] : [`${heading} its log\n${quoted(logged.join("\n"))}`]),
  ];
}

/**
 * Asks one failing agent of each cluster, and one failing KVStoreMesh, for the others of a cluster mostly print the same: what it prints of its
 * peers' etcds, and what it has logged of peers that it refused afterwards. Agents are not asked for what their cache lacks.
 */
export async function diagnose(
  clusters: readonly AskedCluster[],
  cilium: CiliumObjects,
  members: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
): Promise<Diagnosis> {
  const failing = readinessTable(members, reports).filter((line) => !line.ready);
  const readerOf = (line: Readiness, { reads }: AskedCluster) => line.reader ?? agentReader(reads);
  const questions = clusters.flatMap((cluster) => {
    const lines = failing.filter((line) => line.cluster === cluster.name && !cacheCause(members, reports, line));
    const readers = [...new Set(lines.map((line) => readerOf(line, cluster)))];
    return readers.map((reader) => ({
      cluster,
      reader,
      lines: lines.filter((line) => readerOf(line, cluster) === reader),
    }));
  });
  const asked = await Promise.all(
    questions.map(async ({ cluster: { name, api }, reader, lines }): Promise<readonly Asked[]> => {
      const pod = lines.find(({ agent }) => agent !== "-")?.agent;
      if (pod === undefined) return [];
      const peers = [...new Set(lines.map(({ peer }) => peer))];
      return [{ cluster: name, reader, pod, peers, ...(await ask(api, reader, cilium, pod)) }];
    }),
  );
  const answers = asked.flat();
  return {
    causeFor: (line) => {
      const cluster = clusters.find(({ name }) => name === line.cluster);
      const reader = cluster === undefined ? "agent" : readerOf(line, cluster);
      const said = answers.find((each) => each.cluster === line.cluster && each.reader === reader);
      const status = statusCause(members, reports, line);
      const further = said === undefined ? undefined : causeOf(line.peer, said.troubleshoot, said.log, reader);
      // An id that is not the declared one is the cause, whatever else is wrong; a missing configuration has a cause of its own.
      const known = line.why.startsWith("has id ") ? status : (further ?? status);
      return line.why === EMPTYING ? WAIT : (cacheCause(members, reports, line) ?? known);
    },
    text: excerptOf(answers.flatMap(textsOf)),
  };
}
