import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import type { CiliumObjects } from "../../components/cilium/model/agentConfig";
import { agentCount } from "../../components/cilium/model/agentCount";
import { parseInput } from "../../components/command/protocol";
import { endsWith } from "../../components/formerNames";
import { withAdvice } from "../../components/identity/model/leavingAdvice";
import { accessTo } from "../../components/kubernetes/access";
import type { ClusterApi } from "../../components/kubernetes/clusterApi";
import { withCluster } from "../../components/kubernetes/kubectlApi";
import { parseObject } from "../../components/kubernetes/model/liveObject";
import { error, errors, warning, warnings, type Diagnostic } from "../../components/mesh/model/diagnostic";
import {
  checkLeaving,
  leavingCluster,
  rangesGiven,
  type LeavingCluster,
} from "../../components/policyCheck/leavingCheck";
import { accepted } from "../../components/policyCheck/model/accepted";
import { leavingAgents } from "../../components/preflight/model/rollingAgents";
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

/** How many agents a cluster has; nothing where that cannot be learned: it keeps no cluster in a mesh. */
async function countAgents(api: ClusterApi, { namespace, daemonSet }: CiliumObjects): Promise<number | undefined> {
  try {
    const live = parseObject(await api.object(`daemonset/${daemonSet}`, namespace));
    return live && agentCount(live);
  } catch {
    return undefined;
  }
}

async function judge({ leaving, secrets }: Leaver, weigh: typeof error): Promise<readonly Diagnostic[]> {
  const { name } = leaving.cluster;
  try {
    const access = accessTo(leaving.cluster, secrets);
    const { judged, count } = await withCluster(access, async (api) => ({
      judged: await checkLeaving(api, leaving, rangesGiven(secrets)),
      count: await countAgents(api, leaving.cilium),
    }));
    // There is nothing to say of a cluster without Cilium.
    if (judged === undefined) return [];
    const { diagnostics, what } = judged;
    const explained = (each: Diagnostic) =>
      error({ ...each, reason: `${each.reason}, for the cluster ${what}`, fix: `${each.fix}, ${WAY_OUT}` });
    const open = errors(diagnostics).map(leaving.openPolicies ? accepted : explained);
    return [...open, ...warnings(diagnostics), leavingAgents(name, count)];
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
