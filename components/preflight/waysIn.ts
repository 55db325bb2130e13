import { homedir } from "node:os";
import { join } from "node:path";
import { errorMessage } from "../basics/errorMessage";
import { lastLine } from "../basics/model/lastLine";
import type { ApiAccess } from "../kubernetes/clusterApi";
import { knownContexts } from "../kubernetes/kubectlApi";
import type { LiveCluster } from "./model/liveCluster";
import { mayBeKubeconfig, waysIn, type KnownContexts, type WaysIn } from "./model/waysIn";

async function contextsFrom(context: string): Promise<KnownContexts> {
  try {
    return { kind: "read", contexts: await knownContexts(context) };
  } catch (error) {
    return { kind: "unreadable", reason: lastLine(errorMessage(error)) };
  }
}

/** What is wrong with kubectl and the kubeconfig, where clusters could not be asked; where all were, nothing is looked at. */
export async function checkWaysIn(
  accesses: ReadonlyMap<string, ApiAccess>,
  live: ReadonlyMap<string, LiveCluster>,
): Promise<WaysIn> {
  const unasked = [...live].flatMap(([cluster, each]) => {
    const access = accesses.get(cluster);
    const context = access?.kind === "context" ? { context: access.context } : {};
    return each.kind === "unreachable" ? [{ cluster, reason: each.reason, ...context }] : [];
  });
  const context = unasked.find(mayBeKubeconfig)?.context;
  const known = context === undefined ? undefined : await contextsFrom(context);
  // kubectl takes an empty one for none.
  const given = process.env["KUBECONFIG"] ?? "";
  return waysIn(unasked, known, given === "" ? join(homedir(), ".kube", "config") : given);
}
