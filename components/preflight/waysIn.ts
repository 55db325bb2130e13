import { homedir } from "node:os";
import { join } from "node:path";
import { errorMessage } from "../basics/errorMessage";
import { lastLine } from "../basics/model/lastLine";
import { Kubectl, type KubectlAccess } from "../kubernetes/kubectl";
import type { LiveCluster } from "./model/liveCluster";
import { mayBeKubeconfig, waysIn, type KnownContexts, type WaysIn } from "./model/waysIn";

/** The contexts that kubectl knows. It asks no cluster for them. */
async function knownContexts(context: string): Promise<KnownContexts> {
  try {
    const args = ["config", "get-contexts", "--output=name"];
    const names = await Kubectl.with({ kind: "context", context }, (kubectl) => kubectl.once(args));
    return { kind: "read", contexts: names.split("\n").filter((name) => name !== "") };
  } catch (error) {
    return { kind: "unreadable", reason: lastLine(errorMessage(error)) };
  }
}

/** What is wrong with kubectl and the kubeconfig, where clusters could not be asked; where all were, nothing is looked at. */
export async function checkWaysIn(
  accesses: ReadonlyMap<string, KubectlAccess>,
  live: ReadonlyMap<string, LiveCluster>,
): Promise<WaysIn> {
  const unasked = [...live].flatMap(([cluster, each]) => {
    const access = accesses.get(cluster);
    const context = access?.kind === "context" ? { context: access.context } : {};
    return each.kind === "unreachable" ? [{ cluster, reason: each.reason, ...context }] : [];
  });
  const context = unasked.find(mayBeKubeconfig)?.context;
  const known = context === undefined ? undefined : await knownContexts(context);
  return waysIn(unasked, known, process.env["KUBECONFIG"] ?? join(homedir(), ".kube", "config"));
}
