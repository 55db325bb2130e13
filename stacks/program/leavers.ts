import { mapLimited } from "../../components/basics/mapLimited";
import { parseInput } from "../../components/command/protocol";
import { endsWith } from "../../components/formerNames";
import { withAdvice } from "../../components/identity/model/leavingAdvice";
import { accessTo } from "../../components/kubernetes/access";
import { Kubectl } from "../../components/kubernetes/kubectl";
import type { Problem } from "../../components/mesh/model/problem";
import {
  checkLeaving,
  leavingCluster,
  type LeavingCluster,
  type LeavingFindings,
} from "../../components/policyCheck/leavingCheck";
import { howToAllow } from "../../components/settings/model/allow";
import type { Configuration } from "../configuration/schema";
import type { CommandState } from "./ownState";

const CLUSTERS_AT_ONCE = 8;

/** What there is to say of clusters that this run would have leave. */
export interface LeaverFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

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

type Judged = LeavingFindings | { readonly unreachable: string } | undefined;

async function judge({ leaving, kubeconfigs }: Leaver): Promise<Judged> {
  try {
    return await Kubectl.with(accessTo(leaving.cluster, kubeconfigs), (kubectl) => checkLeaving(kubectl, leaving));
  } catch (error) {
    return { unreachable: error instanceof Error ? error.message : String(error) };
  }
}

const WAY_OUT = `or list the cluster again, ${howToAllow("openPolicies")}, pulumi up, and then remove it`;

function findingsOf(leaving: LeavingCluster, judged: Judged, configuration: Configuration): LeaverFindings {
  const { name } = leaving.cluster;
  if (judged === undefined) {
    return { problems: [], warnings: [] };
  }
  if ("unreachable" in judged) {
    const fix = "make it answer before it leaves, or list it again";
    const reason = `cannot be asked: ${withAdvice(judged.unreachable)}`;
    const problem: Problem = { cluster: name, property: "it leaves, and", reason, fix };
    return configuration.allow.includes("unreachable")
      ? { problems: [], warnings: [problem] }
      : { problems: [problem], warnings: [] };
  }
  const { opening, told, what } = judged;
  if (leaving.openPolicies === "accept") {
    const accepted = opening.map((each) => ({ ...each, reason: `${each.reason} (accepted by openPolicies)` }));
    return { problems: [], warnings: [...accepted, ...told] };
  }
  const explained = opening.map((each) => ({
    ...each,
    reason: `${each.reason}, for the cluster ${what}`,
    fix: `${each.fix}, ${WAY_OUT}`,
  }));
  return { problems: explained, warnings: told };
}

/** Judges the clusters that would leave, before anything of the mesh is changed: with the result that their own policy checks would have after their peers have removed them. */
export async function judgeLeavers(leavers: readonly Leaver[], configuration: Configuration): Promise<LeaverFindings> {
  const found = await mapLimited(leavers, CLUSTERS_AT_ONCE, async (leaver) =>
    findingsOf(leaver.leaving, await judge(leaver), configuration),
  );
  return {
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}
