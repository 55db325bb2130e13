import { rangesGiven } from "../../components/policyCheck/leavingCheck";
import type { MeshRanges } from "../../components/policyCheck/model/meshChange";
import { policyCheckStates } from "./leavers";
import { commandStates } from "./ownState";

/** The ranges of the clusters that the last `up` had, as it gave them to the policy checks; none where the state cannot be read, which is said elsewhere. */
export async function rangesBefore(): Promise<MeshRanges> {
  const states = await commandStates().catch(() => []);
  return Object.fromEntries(policyCheckStates(states).flatMap(({ secrets }) => Object.entries(rangesGiven(secrets))));
}
