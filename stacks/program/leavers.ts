import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import { parseInput } from "../../components/command/protocol";
import { endsWith } from "../../components/formerNames";
import { withAdvice } from "../../components/identity/model/leavingAdvice";
import { accessTo } from "../../components/kubernetes/access";
import { withCluster } from "../../components/kubernetes/kubectlApi";
import { error, errors, warning, warnings, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { checkLeaving, leavingCluster, type LeavingCluster } from "../../components/policyCheck/leavingCheck";
import { accepted } from "../../components/policyCheck/model/accepted";
import { howToAllow } from "../../components/settings/model/allow";
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
    const parsed = endsWith(name, "-policy-check") ? parseInput(leavingCluster, input) : undefined;
    const leaves = parsed?.success === true && !parsed.data.lost && !declared.includes(parsed.data.cluster.name);
    return leaves ? [{ leaving: parsed.data, kubeconfigs: secrets }] : [];
  });
}

const WAY_OUT = `or list the cluster again, ${howToAllow("openPolicies")}, pulumi up, and then remove it`;

async function judge({ leaving, kubeconfigs }: Leaver, weigh: typeof error): Promise<readonly Diagnostic[]> {
  const { name } = leaving.cluster;
  try {
    const access = accessTo(leaving.cluster, kubeconfigs);
    const judged = await withCluster(access, (api) => checkLeaving(api, leaving));
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
  { allow }: Configuration,
): Promise<readonly Diagnostic[]> {
  const weigh = allow.includes("unreachable") ? warning : error;
  return (await mapLimited(leavers, CLUSTERS_AT_ONCE, (leaver) => judge(leaver, weigh))).flat();
}
