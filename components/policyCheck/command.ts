import { errorMessage } from "../basics/errorMessage";
import { dispatch, progress, readInput } from "../command/protocol";
import { withAdvice } from "../identity/model/leavingAdvice";
import { recordedOf } from "../identity/model/recorded";
import { OtherCluster, refuseOtherCluster } from "../identity/otherCluster";
import { accessTo, readKubeconfigs } from "../kubernetes/access";
import { askedAgain } from "../kubernetes/askedAgain";
import { Kubectl } from "../kubernetes/kubectl";
import { KubectlError } from "../kubernetes/kubectlError";
import { errors, formatDiagnostic, formatDiagnostics, warnings } from "../mesh/model/diagnostic";
import { howToAllow } from "../settings/model/allow";
import { checkLeaving, leavingCluster, rangesGiven } from "./leavingCheck";
import type { MeshRanges } from "./model/meshChange";

const given = readInput(leavingCluster);
const { cluster, openPolicies: accepted } = given;

const ACCEPTED = "warning: accepted by openPolicies:";
const WAY_OUT = `Fix these and run this again. Or accept that they are open from then on:
  ${howToAllow("openPolicies")}, and pulumi up
and then destroy, or take the cluster out; one that is out of the configuration already has to be put back for that \`up\`.`;

/** Warns of what fails closed. @throws Error with what fails open and what to do, where that is not accepted. */
async function look(kubectl: Kubectl, ranges: MeshRanges): Promise<void> {
  await refuseOtherCluster(kubectl, cluster.name, recordedOf(given.originalConfig, cluster.name).cluster);
  const { diagnostics = [], what = "" } = (await checkLeaving(kubectl, given, ranges)) ?? {};
  warnings(diagnostics).forEach((each) => {
    progress(`warning: ${formatDiagnostic(each)}`);
  });
  const open = errors(diagnostics);
  if (open.length > 0 && !accepted) {
    const heading = `cluster "${cluster.name}" ${what}, and policies must not fail open by that`;
    throw new Error(`${formatDiagnostics(heading, open)}\n${WAY_OUT}`);
  }
  // A line each: Pulumi mixes the lines of all clusters.
  open.forEach((each) => {
    progress(`${ACCEPTED} ${formatDiagnostic(each)}`);
  });
}

/** The verb that was run, once it is done. */
export const ran = dispatch({
  /**
   * The first step of a deletion, before anything is removed: fails while policies would allow more traffic once the cluster has no longer its name,
   * unless that was accepted beforehand. What fails closed is named, and goes on.
   */
  check: async () => {
    if (given.lost) {
      return "";
    }
    try {
      const secrets = await readKubeconfigs();
      const judge = (kubectl: Kubectl) => look(kubectl, rangesGiven(secrets));
      await Kubectl.with(accessTo(cluster, secrets), judge, askedAgain(cluster.name));
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
