import { z } from "zod";
import { Kubectl } from "../kubectl";
import { KubectlError } from "../kubectlError";
import { FIELD_MANAGER, NAME_KEY } from "../model/agentConfig";
import { withAdvice } from "../model/lostCluster";
import type { MeshChange } from "../model/meshChange";
import { UNMESHED_NAME } from "../model/names";
import { originalsOf } from "../model/originals";
import { peersIn } from "../model/preflight/policyChange";
import { formatProblem, formatProblems } from "../model/problem";
import { recordedOf } from "../model/recorded";
import { afterRestoration, planRestoration } from "../model/restoration";
import { checkPolicies } from "../policyCheck";
import { askedAgain } from "./askedAgain";
import { errorMessage } from "./errorMessage";
import { secretFiles } from "./leaving";
import { OtherCluster, refuseOtherCluster } from "./otherCluster";
import { readConfigMap } from "./originals";
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
 * What this cluster will be called instead, and whom it will know no more. The name it has is the one that its agents run with, and not what
 * `cilium-config` says by now: the way back rolls them.
 */
async function meshChange(kubectl: Kubectl): Promise<MeshChange | undefined> {
  const live = await readConfigMap(kubectl, given.names);
  if (live === undefined) {
    return undefined;
  }
  const plan = planRestoration(originalsOf(given.originals), given.desired, live, FIELD_MANAGER);
  const to = afterRestoration(plan, NAME_KEY, live) ?? UNMESHED_NAME;
  const peers = peersIn(await secretFiles(kubectl, given.names.namespace, given.peerSecret), cluster.name);
  return { from: cluster.name, to, peers };
}

const ACCEPTED = "warning: accepted by openPolicies:";
const WAY_OUT = `Mend these and run this again. Or accept that they are open from then on:
  pulumi config set clustermesh:openPolicies accept && pulumi up
and then destroy, or take the cluster out; one that is out of the configuration already has to be put back for that \`up\`.`;

function headingFor({ from, to }: MeshChange): string {
  const what = from === to ? "loses its peers" : `will be "${to}" again`;
  return `cluster "${cluster.name}" ${what}, and policies must not fail open by that`;
}

/** Warns of what fails closed. @throws Error with what fails open and what to do, where that is not accepted. */
async function look(kubectl: Kubectl): Promise<void> {
  await refuseOtherCluster(kubectl, cluster.name, recordedOf(given.originals, cluster.name).cluster);
  const change = await meshChange(kubectl);
  if (change === undefined) {
    return;
  }
  const { names, owner } = given;
  const { opening, closing } = await checkPolicies(kubectl, { name: cluster.name, names, change, owner });
  closing.forEach((problem) => {
    progress(`warning: ${formatProblem(problem)}`);
  });
  if (opening.length > 0 && !accepted) {
    throw new Error(`${formatProblems(headingFor(change), opening)}\n${WAY_OUT}`);
  }
  // A line each: Pulumi mixes the lines of all clusters.
  opening.forEach((problem) => {
    progress(`${ACCEPTED} ${formatProblem(problem)}`);
  });
}

void dispatch({
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
