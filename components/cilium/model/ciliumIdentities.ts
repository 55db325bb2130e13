import type { MaxConnectedClusters } from "../../mesh/model/mesh";
import { clusterIdOf } from "./podIdentity";

/** The kind of what agents keep identities in where these are in CRDs; their names are their numbers. */
export const IDENTITIES = "ciliumidentities.cilium.io";

/** A JSONPath template: number and uid of each, a line each. */
export const IDENTITY_LINES = '{range .items[*]}{.metadata.name}{" "}{.metadata.uid}{"\\n"}{end}';

/** Label of an identity with the name of the cluster that it was made under. */
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

/** An identity of a cluster. */
export interface NamedIdentity {
  readonly number: number;
  readonly uid: string;
}

/** A cluster has no more: 16 bits of an identity are its own. */
const MOST = 65_536;

const LINE = /^(\d{1,8}) ([\w-]{1,64})$/;

/** Reads what {@link IDENTITY_LINES} makes. What is no such line is none of theirs. */
export function identitiesIn(text: string): readonly NamedIdentity[] {
  return text.split("\n", MOST).flatMap((line) => {
    const [, number, uid] = LINE.exec(line.trim()) ?? [];
    return number === undefined || uid === undefined ? [] : [{ number: Number(number), uid }];
  });
}

/** Those that were made under a cluster id. */
export const ofCluster = (
  identities: readonly NamedIdentity[],
  id: number,
  maxConnectedClusters: MaxConnectedClusters,
): readonly NamedIdentity[] => identities.filter(({ number }) => clusterIdOf(number, maxConnectedClusters) === id);
