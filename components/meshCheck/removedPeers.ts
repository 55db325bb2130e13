import { firstFew } from "../basics/model/bounded";
import type { AgentReport } from "../cilium/model/agentStatus";
import { progress } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { DIAGNOSTICS_SHOWN, findingError, formatDiagnostics } from "../mesh/model/diagnostic";
import { removedPeerProblems } from "./model/removedPeers";

/**
 * Waits until no agent, and no cache, lists a peer that has left the mesh. A cluster that leaves gets its old name and id back only when this is done.
 *
 * @param timeoutSeconds For the message.
 * @throws Error that names agents and peers when the time is up.
 */
export async function waitForRemovedPeers(
  removed: readonly string[],
  look: () => Promise<readonly AgentReport[]>,
  deadline: number,
  timeoutSeconds: number,
): Promise<void> {
  if (removed.length === 0) return;
  const who = (seen: readonly AgentReport[]) =>
    seen.some(({ reader }) => reader === "kvstoremesh") ? "agents or caches" : "agents";
  const problemsOf = (seen: readonly AgentReport[]) => removedPeerProblems(removed, seen);
  const reports = await until(
    deadline,
    look,
    (seen) => problemsOf(seen).length === 0,
    (seen) => problemsLine(`${who(seen)} still list peers that have left`, problemsOf, () => seen.length)(seen),
  );
  const problems = problemsOf(reports);
  if (problems.length > 0) {
    const heading = `${who(reports)} still list peers that have left after ${timeoutSeconds} s`;
    throw findingError(formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN), problems);
  }
  progress(
    `${who(reports) === "agents" ? "no agent lists" : "no agent and no cache lists"} ${firstFew(removed).join(", ")} any more`,
  );
}
