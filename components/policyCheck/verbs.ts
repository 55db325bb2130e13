import { errorMessage } from "../basics/errorMessage";
import { EndedError } from "../basics/model/ending";
import { progress, type Verbs } from "../command/protocol";
import { leavingFailure } from "../identity/model/leavingAdvice";
import { recordedOf } from "../identity/model/recorded";
import { OtherCluster, refuseOtherCluster } from "../identity/otherCluster";
import type { ClusterApi, Contact } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import { errors, formatDiagnostic, formatDiagnostics, warnings } from "../mesh/model/diagnostic";
import { howToAllow } from "../settings/model/allow";
import { checkLeaving, type LeavingCluster } from "./leavingCheck";
import type { MeshRanges } from "./model/meshChange";

const ACCEPTED = "warning: accepted by openPolicies:";
const WAY_OUT = `Fix these and run this again. Or accept that they are open from then on:
  ${howToAllow("openPolicies")}, and pulumi up
and then destroy, or take the cluster out; one that is out of the configuration already has to be put back for that \`up\`.`;

/** Warns of what fails closed. @throws Error with what fails open and what to do, where that is not accepted. */
async function look(api: ClusterApi, leaving: LeavingCluster, ranges: MeshRanges): Promise<void> {
  const { name } = leaving.cluster;
  await refuseOtherCluster(api, name, recordedOf(leaving.originalConfig, name).cluster);
  const { diagnostics = [], what = "" } = (await checkLeaving(api, leaving, ranges)) ?? {};
  warnings(diagnostics).forEach((each) => {
    progress(`warning: ${formatDiagnostic(each)}`);
  });
  const open = errors(diagnostics);
  if (open.length > 0 && !leaving.openPolicies) {
    const heading = `cluster "${name}" ${what}, and policies must not fail open by that`;
    throw new EndedError(`${formatDiagnostics(heading, open)}\n${WAY_OUT}`, "saysWhatToRun");
  }
  // A line each: Pulumi mixes the lines of all clusters.
  open.forEach((each) => {
    progress(`${ACCEPTED} ${formatDiagnostic(each)}`);
  });
}

/**
 * The first step of a deletion, before anything is removed: fails while policies would allow more traffic once the cluster has no longer its name,
 * unless that was accepted beforehand. What fails closed is named, and goes on.
 */
async function check(leaving: LeavingCluster, ranges: () => Promise<MeshRanges>, contact: Contact): Promise<string> {
  if (leaving.lost) return "";
  try {
    const known = await ranges();
    await contact((api) => look(api, leaving, known));
  } catch (error) {
    const { name } = leaving.cluster;
    const failure = error instanceof KubectlError ? leavingFailure(name, error) : error;
    if (!leaving.openPolicies || error instanceof OtherCluster) throw failure;
    progress(`${ACCEPTED} ${errorMessage(failure)}`);
  }
  return "";
}

/**
 * The verbs of a policy check.
 *
 * @param ranges Reads the ranges of the mesh's clusters.
 */
export const policyCheckVerbs = (
  leaving: LeavingCluster,
  ranges: () => Promise<MeshRanges>,
  contact: Contact,
): Verbs => ({
  check: () => check(leaving, ranges, contact),
});
