import { rangesGiven } from "../../components/policyCheck/leavingCheck";
import type { MeshRanges } from "../../components/policyCheck/model/meshChange";
import { policyCheckStates } from "./leavers";
import type { CommandState } from "./ownState";

/** The ranges of the clusters that the last `up` had, as it gave them to the policy checks; none where the state cannot be read, which is said elsewhere. */
export async function rangesBefore(readStates: () => Promise<readonly CommandState[]>): Promise<MeshRanges> {
  const states = await readStates().catch(() => []);
  return Object.fromEntries(policyCheckStates(states).flatMap(({ secrets }) => Object.entries(rangesGiven(secrets))));
}
