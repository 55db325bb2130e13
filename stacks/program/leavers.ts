import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import { parseInput } from "../../components/command/protocol";
import { endsWith } from "../../components/formerNames";
import { withAdvice } from "../../components/identity/model/leavingAdvice";
import { accessTo } from "../../components/kubernetes/access";
import { withCluster } from "../../components/kubernetes/kubectlApi";
import { error, errors, warning, warnings, type Diagnostic } from "../../components/mesh/model/diagnostic";
import {
  checkLeaving,
  leavingCluster,
  rangesGiven,
  type LeavingCluster,
} from "../../components/policyCheck/leavingCheck";
import { accepted } from "../../components/policyCheck/model/accepted";
import { howToAllow } from "../../components/settings/model/allow";
import type { Configuration } from "../configuration/schema";
import type { CommandState } from "./ownState";

const CLUSTERS_AT_ONCE = 8;

/** A cluster that leaves, with what its last `up` gave its policy check through standard input: kubeconfigs, and the ranges of the mesh. */
interface Leaver {
  readonly leaving: LeavingCluster;
  readonly secrets: CommandState["secrets"];
}

/** The policy checks of a state. */
export function policyCheckStates(states: readonly CommandState[]): readonly CommandState[] {
  return states.filter(({ name }) => endsWith(name, "-policy-check"));
}

/** The clusters that have a policy check in the state, and are not in the configuration. */
export function leaversIn(states: readonly CommandState[], declared: readonly string[]): readonly Leaver[] {
  return policyCheckStates(states).flatMap(({ input, secrets }): Leaver[] => {
    const parsed = parseInput(leavingCluster, input);
    const leaves = parsed.success && !parsed.data.lost && !declared.includes(parsed.data.cluster.name);
    return leaves ? [{ leaving: parsed.data, secrets }] : [];
  });
}

const WAY_OUT = `or list the cluster again, ${howToAllow("openPolicies")}, pulumi up, and then remove it`;

async function judge({ leaving, secrets }: Leaver, weigh: typeof error): Promise<readonly Diagnostic[]> {
  const { name } = leaving.cluster;
  try {
    const access = accessTo(leaving.cluster, secrets);
    const judged = await withCluster(access, (api) => checkLeaving(api, leaving, rangesGiven(secrets)));
    const { diagnostics = [], what = "" } = judged ?? {};
    const explained = (each: Diagnostic) =>
      error({ ...each, reason: `${each.reason}, for the cluster ${what}`, fix: `${each.fix}, ${WAY_OUT}` });
    const open = errors(diagnostics).map(leaving.openPolicies ? accepted : explained);
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
