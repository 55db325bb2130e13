import { z } from "zod";
import { Kubectl } from "../kubectl";
import { KubectlError } from "../kubectlError";
import { FIELD_MANAGER, NAME_KEY } from "../model/agentConfig";
import { judgePolicies, type NameChange } from "../model/clusterPolicies";
import { withAdvice } from "../model/lostCluster";
import { UNMESHED_NAME } from "../model/names";
import { originalsOf } from "../model/originals";
import { formatProblem, formatProblems, type Problem } from "../model/problem";
import { recordedOf } from "../model/recorded";
import { afterRestoration, planRestoration } from "../model/restoration";
import { askedAgain } from "./askedAgain";
import { errorMessage } from "./errorMessage";
import { secretFiles } from "./leaving";
import { OtherCluster, refuseOtherCluster } from "./otherCluster";
import { readConfigMap } from "./originals";
import { findPolicies } from "./policyObjects";
import { accessTo, ciliumObjects, dispatch, progress, readInput, readKubeconfigs } from "./protocol";

const given = readInput(
  z.object({
    cluster: z.object({ name: z.string(), context: z.string().optional() }),
    names: ciliumObjects,
    desired: z.record(z.string(), z.string()),
    /** The Secret with the peer files: policies may name peers as well. */
    peerSecret: z.string(),
    /** What `record` has printed. */
    originals: z.string(),
    owner: z.string(),
    openPolicies: z.enum(["refuse", "accept"]).default("refuse"),
    /** A cluster that will not answer any more is asked nothing. */
    gone: z.boolean().default(false),
  }),
);
const { cluster } = given;
const accepted = given.openPolicies === "accept";

/**
 * What this cluster will be called instead, or `undefined` where it stays. The name it has is the one that its agents run with, and not what
 * `cilium-config` says by now: the way back rolls them.
 */
async function nameChange(kubectl: Kubectl): Promise<NameChange | undefined> {
  const live = await readConfigMap(kubectl, given.names);
  if (live === undefined) {
    return undefined;
  }
  const plan = planRestoration(originalsOf(given.originals), given.desired, live, FIELD_MANAGER);
  const to = afterRestoration(plan, NAME_KEY, live) ?? UNMESHED_NAME;
  if (to === cluster.name) {
    return undefined;
  }
  const files = await secretFiles(kubectl, given.names.namespace, given.peerSecret);
  // The other files have a dot in their names, which no cluster's name has.
  const peers = [...files].filter((name) => name !== cluster.name && !name.includes("."));
  return { from: cluster.name, to, peers };
}

/** Kinds that could not be looked at: a guard that does not see must not say that all is well. */
function unseenProblem({ kind, reason }: { readonly kind: string; readonly reason: string }): Problem {
  return {
    cluster: cluster.name,
    property: kind,
    reason: `cannot be listed (${reason})`,
    allowed: "let the kubeconfig's user list it in all namespaces",
  };
}

const ACCEPTED = "warning: accepted by openPolicies:";
const WAY_OUT = `Mend these and run this again. Or accept that they are open from then on:
  pulumi config set clustermesh:openPolicies accept && pulumi up
and then destroy, or take the cluster out; one that is out of the configuration already has to be put back for that \`up\`.`;

/** Why the name must not go: policies that would fail open, and kinds that nobody has looked at. Warns of what fails closed. */
async function problemsOf(kubectl: Kubectl, change: NameChange): Promise<readonly Problem[]> {
  const { lists, unseen } = await findPolicies(kubectl);
  const judged = lists.map((list) => judgePolicies(cluster.name, list, change, given.owner));
  judged
    .flatMap(({ closing }) => closing)
    .forEach((problem) => {
      progress(`warning: ${formatProblem(problem)}`);
    });
  return [...judged.flatMap(({ opening }) => opening), ...unseen.map(unseenProblem)];
}

/** @throws Error with all problems and what to do, where they are not accepted. */
async function look(kubectl: Kubectl): Promise<void> {
  await refuseOtherCluster(kubectl, cluster.name, recordedOf(given.originals, cluster.name).cluster);
  const change = await nameChange(kubectl);
  const problems = change === undefined ? [] : await problemsOf(kubectl, change);
  if (change === undefined || problems.length === 0) {
    return;
  }
  if (accepted) {
    // A line each: Pulumi mixes the lines of all clusters.
    problems.forEach((problem) => {
      progress(`${ACCEPTED} ${formatProblem(problem)}`);
    });
    return;
  }
  const heading = `cluster "${cluster.name}" will be "${change.to}" again, and policies must not fail open by that`;
  throw new Error(`${formatProblems(heading, problems)}\n${WAY_OUT}`);
}

/** The verb that was run, once it is done. */
export const ran = dispatch({
  /**
   * The first step of a way back, before anything is taken apart: refuses while policies would fail open once the cluster's name is gone,
   * unless that was accepted beforehand. What fails closed is named, and goes on.
   */
  guard: async () => {
    if (given.gone) {
      return "";
    }
    try {
      await Kubectl.with(accessTo(cluster, await readKubeconfigs()), look, askedAgain(cluster.name));
    } catch (error) {
      const why =
        error instanceof KubectlError ? `cluster "${cluster.name}": ${withAdvice(error.message)}` : errorMessage(error);
      if (!accepted || error instanceof OtherCluster) {
        throw new Error(why);
      }
      progress(`${ACCEPTED} ${why}`);
    }
    return "";
  },
});
