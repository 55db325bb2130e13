import type { AgentReport, ExpectedPeer } from "../../cilium/model/agentStatus";
import type { Problem } from "../../mesh/model/problem";
import { parseCheckResult } from "./checkResult";

/**
 * The peers that have left since the last check: they are in its result, and not declared any more.
 *
 * @param printed What the last check has printed; empty before the first.
 */
export function removedPeers(printed: string, clusters: readonly ExpectedPeer[]): readonly string[] {
  const known = printed.trim() === "" ? [] : parseCheckResult(printed).members;
  const declared = new Set(clusters.map(({ name }) => name));
  return known.filter((name) => !declared.has(name));
}

/** The agents that still list a peer that has left, or do not say whether they do. */
export function removedPeerProblems(removed: readonly string[], reports: readonly AgentReport[]): readonly Problem[] {
  return reports.flatMap(({ cluster, pod, node, peers }): readonly Problem[] => {
    const property = `agent ${pod} on node ${node}, peer`;
    if ("error" in peers) {
      const fix = "see its log, and run pulumi up again";
      return [{ cluster, property, value: removed.join(", "), reason: `may still be listed: ${peers.error}`, fix }];
    }
    return peers
      .filter(({ name }) => removed.includes(name))
      .map(({ name }) => ({
        cluster,
        property,
        value: name,
        reason: "is still listed, though it has left the mesh",
        fix: "see whether its file has left the Secret with the peer files, and the agent's /var/lib/cilium/clustermesh",
      }));
  });
}
