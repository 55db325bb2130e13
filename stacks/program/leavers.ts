import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import { withAdvice } from "../../components/identity/model/leavingAdvice";
import { accessTo } from "../../components/kubernetes/access";
import { Kubectl } from "../../components/kubernetes/kubectl";
import { error, errors, warning, warnings, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { checkLeaving, leavingCluster, type LeavingCluster } from "../../components/policyCheck/leavingCheck";
import { accepted } from "../../components/policyCheck/model/accepted";
import type { Configuration } from "../configuration/schema";
import type { CommandState } from "./ownState";

const CLUSTERS_AT_ONCE = 8;

/** A cluster that leaves, with the kubeconfigs that its last `up` was given: its policy check has no others. */
interface Leaver {
  readonly leaving: LeavingCluster;
  readonly kubeconfigs: Readonly<Record<string, string>>;
}

/** The clusters that have a policy check in the state, and are not in the configuration. */
export function leaversIn(states: readonly CommandState[], declared: readonly string[]): readonly Leaver[] {
  return states.flatMap(({ name, input, secrets }): Leaver[] => {
    const parsed = name.endsWith("-guard") ? leavingCluster.safeParse(JSON.parse(input)) : undefined;
    const leaves = parsed?.success === true && !parsed.data.gone && !declared.includes(parsed.data.cluster.name);
    return leaves ? [{ leaving: parsed.data, kubeconfigs: secrets }] : [];
  });
}

const WAY_OUT =
  "or list the cluster again, pulumi config set clustermesh:openPolicies accept, pulumi up, and then remove it";

async function judge({ leaving, kubeconfigs }: Leaver, weigh: typeof error): Promise<readonly Diagnostic[]> {
  const { name } = leaving.cluster;
  try {
    const access = accessTo(leaving.cluster, kubeconfigs);
    const judged = await Kubectl.with(access, (kubectl) => checkLeaving(kubectl, leaving));
    const { diagnostics = [], what = "" } = judged ?? {};
    const explained = (each: Diagnostic) =>
      error({ ...each, reason: `${each.reason}, for the cluster ${what}`, fix: `${each.fix}, ${WAY_OUT}` });
    const open = errors(diagnostics).map(leaving.openPolicies === "accept" ? accepted : explained);
    return [...open, ...warnings(diagnostics)];
  } catch (failure) {
    const reason = `cannot be asked: ${withAdvice(errorMessage(failure))}`;
    const fix = "make it answer before it leaves, or list it again";
    return [weigh({ cluster: name, property: "it leaves, and", reason, fix })];
  }
}

/** Judges the clusters that would leave, before anything of the mesh is changed: with the result that their own policy checks would have after their peers have removed them. */
export async function judgeLeavers(
  leavers: readonly Leaver[],
  { unreachable }: Configuration,
): Promise<readonly Diagnostic[]> {
  const weigh = unreachable === "error" ? error : warning;
  return (await mapLimited(leavers, CLUSTERS_AT_ONCE, (leaver) => judge(leaver, weigh))).flat();
}
