import type { AgentReport } from "../../cilium/model/agentStatus";
import { askedPod } from "../../cilium/model/readers";
import type { ExpectedPeer } from "../../cilium/model/readiness";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { parseCheckResult } from "./checkResult";

/**
 * The peers that have left since the last check: they are in its result, and not declared any more.
 *
 * @param printed What the last check has printed; empty before the first.
 */
export function removedPeers(printed: string, clusters: readonly ExpectedPeer[]): readonly string[] {
  const known = printed.trim() === "" ? [] : parseCheckResult(printed).clusters;
  const declared = new Set(clusters.map(({ name }) => name));
  return known.filter((name) => !declared.has(name));
}

/** The agents, and the caches, that still list a peer that has left, or that do not answer. */
export function removedPeerProblems(
  removed: readonly string[],
  reports: readonly AgentReport[],
): readonly Diagnostic[] {
  return reports.flatMap(({ cluster, pod, node, peers, reader = "agent" }): readonly Diagnostic[] => {
    const property = askedPod(reader, pod, node);
    if ("error" in peers) {
      const fix = "see its log, and run pulumi up again";
      return [
        error({ cluster, property, value: removed.join(", "), reason: `may still be listed: ${peers.error}`, fix }),
      ];
    }
    const reason = "is still listed, though it has left the mesh";
    const fix =
      "see whether its file has left the Secret with the peer files, and /var/lib/cilium/clustermesh of that pod";
    return peers
      .filter(({ name }) => removed.includes(name))
      .map(({ name }) => error({ cluster, property, value: name, reason, fix }));
  });
}
