import { errorMessage } from "../basics/errorMessage";
import { excerpt } from "../basics/model/bounded";
import { quoted } from "../basics/model/printable";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { OpenCluster } from "../kubernetes/openClusters";
import { agentIn, inAgent } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { readinessTable, statusCause, type AgentReport, type ExpectedPeer, type Readiness } from "./model/agentStatus";
import { causeOf, complaintsOf, type Cause } from "./model/peerCauses";

/** Agents repeat themselves; the last lines are about how things are now. */
const LOG_LINES_SHOWN = 5;
const LOG_SINCE = "15m";

/** Why peers are not ready, as far as anybody can tell. */
export interface Diagnosis {
  readonly causeFor: (line: Readiness) => Cause | undefined;
  /** All that the agents have printed. */
  readonly text: string;
}

/** Agents print a page of each peer, and mostly the same. */
const TEXTS_SHOWN = 2;
const TEXT_BYTES = 1500;

/** What agents said, as far as there is room for it in an error. */
export function excerptOf(texts: readonly string[]): string {
  const left = texts.length - TEXTS_SHOWN;
  const shown = texts.slice(0, TEXTS_SHOWN).map((text) => excerpt(text, TEXT_BYTES));
  return [...shown, ...(left > 0 ? [`… and what ${left} more agents say`] : [])].join("\n");
}

interface Said {
  readonly troubleshoot: string;
  readonly log: string;
}

async function ask(api: ClusterApi, cilium: CiliumObjects, agent: string): Promise<Said> {
  const [troubleshoot, log] = await Promise.all([
    inAgent(api, cilium, agent, ["cilium-dbg", "troubleshoot", "clustermesh"]).catch(errorMessage),
    api.logs(agentIn(cilium, agent), LOG_SINCE).catch(errorMessage),
  ]);
  return { troubleshoot, log };
}

/**
 * Asks one failing agent of each cluster, for the others of a cluster mostly print the same: what it prints of its peers' etcds, and what it has
 * logged of peers that it refused afterwards.
 */
export async function diagnose(
  clusters: readonly OpenCluster[],
  cilium: CiliumObjects,
  members: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
): Promise<Diagnosis> {
  const failing = readinessTable(members, reports).filter((line) => !line.ready);
  const asked = await Promise.all(
    clusters.map(async ({ name, api }) => {
      const lines = failing.filter((line) => line.cluster === name);
      const agent = lines[0]?.agent;
      const said = agent === undefined ? undefined : await ask(api, cilium, agent);
      return { cluster: name, agent, peers: [...new Set(lines.map((line) => line.peer))], said };
    }),
  );
  const texts = asked.flatMap(({ cluster, agent, peers, said }) => {
    if (agent === undefined || said === undefined) return [];
    const heading = `--- cluster ${cluster}, agent ${agent}:`;
    const logged = peers.flatMap((peer) => complaintsOf(said.log, peer).slice(-LOG_LINES_SHOWN));
    return [
      `${heading} cilium-dbg troubleshoot clustermesh\n${quoted(said.troubleshoot)}`,
      ...(logged.length === 0 ? [] : [`${heading} its log\n${quoted(logged.join("\n"))}`]),
    ];
  });
  return {
    causeFor: (line) => {
      const said = asked.find((each) => each.cluster === line.cluster)?.said;
      const status = statusCause(members, reports, line);
      const further = said === undefined ? undefined : causeOf(line.peer, said.troubleshoot, said.log);
      // An id that is not the declared one is the cause, whatever else is wrong; a missing configuration has a cause of its own.
      return line.why.startsWith("has id ") ? status : (further ?? status);
    },
    text: excerptOf(texts),
  };
}
