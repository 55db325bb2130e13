import type { MaxConnectedClusters } from "../../mesh/model/mesh";
import { clusterIdOf, identityRange } from "../../cilium/model/podIdentity";
import type { LabelledIdentity } from "../../cilium/model/labelledIdentity";

/** The name and id under which agents make identities. */
export interface IdentityOrigin {
  readonly name: string;
  readonly id: number;
}

/** The number of an identity, and of the one with the same labels under the name and id that follow. */
export interface Counterpart {
  readonly from: number;
  readonly to: number;
}

/** The counterparts of a cluster's identities: all of them, and those that are not there yet. */
export interface Counterparts {
  readonly pairs: readonly Counterpart[];
  readonly missing: readonly LabelledIdentity[];
}

/** Label of an identity with the name of its cluster, as Cilium keeps it. */
const CLUSTER = "k8s:io.cilium.k8s.policy.cluster";

const keyOf = (labels: LabelledIdentity["labels"]): string => JSON.stringify(Object.entries(labels).toSorted());

/** Gives numbers of a range that nobody has: the one that is asked for, or the next. */
function numbering(taken: Set<number>, { first, last }: { readonly first: number; readonly last: number }) {
  let next = first;
  return (wanted: number): number | undefined => {
    let number = wanted;
    while (number < first || number > last || taken.has(number)) {
      if (next > last) return undefined;
      number = next++;
    }
    taken.add(number);
    return number;
  };
}

/**
 * For each identity that a cluster's agents have made, the one that they would make with another name and id. Where agents know both before any pod has
 * the second, each pod's policy allows both: no packet comes with an identity that is not known yet.
 *
 * An identity that is there already is taken, whatever its number. A number of another identity is never given again.
 *
 * @param identities All of the cluster, of whatever id.
 */
export function counterparts(
  identities: readonly LabelledIdentity[],
  from: IdentityOrigin,
  to: IdentityOrigin,
  maxConnectedClusters: MaxConnectedClusters,
): Counterparts {
  const ofId = (id: number) => identities.filter(({ number }) => clusterIdOf(number, maxConnectedClusters) === id);
  const there = new Map(ofId(to.id).map(({ number, labels }) => [keyOf(labels), number]));
  const range = identityRange(to.id, maxConnectedClusters);
  const numberFor = numbering(new Set(identities.map(({ number }) => number)), range);
  const [pairs, missing]: [Counterpart[], LabelledIdentity[]] = [[], []];
  for (const { number, labels } of ofId(from.id)) {
    if (labels[CLUSTER] !== from.name) continue;
    const wanted = { ...labels, [CLUSTER]: to.name };
    const known = there.get(keyOf(wanted));
    const given = known ?? numberFor(range.base + (number - identityRange(from.id, maxConnectedClusters).base));
    if (given === undefined) continue;
    pairs.push({ from: number, to: given });
    if (known !== undefined) continue;
    missing.push({ number: given, labels: wanted });
    there.set(keyOf(wanted), given);
  }
  return { pairs, missing };
}
