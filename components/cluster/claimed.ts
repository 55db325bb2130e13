import type { Kubectl } from "../kubernetes/kubectl";
import { claimList, type Claim } from "../kubernetes/model/claim";
import { removeOwned, type Removing } from "./removeOwned";

const keyOf = ({ resource, name, namespace = "" }: Claim): string => `${resource}/${namespace}/${name}`;

/** The objects that a stack had in a cluster, out of what its command has printed; none where it has not run yet. */
function claimedBefore(printed: string): readonly Claim[] {
  return printed.trim() === "" ? [] : claimList.parse(JSON.parse(printed));
}

function without(claims: readonly Claim[], others: readonly Claim[]): readonly Claim[] {
  const known = new Set(others.map(keyOf));
  return claims.filter((claim) => !known.has(keyOf(claim)));
}

/**
 * Removes what this stack had and has no more: under another name, or not at all.
 *
 * @param printed What this has printed before.
 * @returns What it has now, for the state.
 */
export async function claimObjects(
  kubectl: Kubectl,
  removing: Removing,
  claims: readonly Claim[],
  printed: string,
): Promise<string> {
  await removeOwned(kubectl, removing, without(claimedBefore(printed), claims));
  return JSON.stringify(claims);
}
