import type { SeenUsers } from "../../apiserver/model/liveUsers";
import { seeClaim } from "../../apiserver/model/usersClaim";
import { parseUsers, PEER_ROLE } from "../../apiserver/model/usersFile";
import { USERS_ANNOTATION, USERS_KEY, usersName } from "../../apiserver/model/usersObject";
import { attempt } from "../../basics/model/attempt";
import { firstFew } from "../../basics/model/bounded";
import { own } from "../../basics/model/own";
import { clientCommonName } from "../../certificates/model/certificates";
import { appliedEntry } from "../../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import { warning } from "../../mesh/model/diagnostic";
import type { Cluster } from "../../mesh/model/mesh";
import { otherThanRecorded } from "./identity";
import type { LiveCluster } from "./liveCluster";
import { setBefore } from "./marks";
import { driftIn, inspected, type Change, type Drift, type InspectedCluster, type PreflightPolicy } from "./policy";
import { hasUsers, usersOf } from "./users";

/**
 * How a ConfigMap of users is not as it was left; `undefined` where it is, or where that is for an error to tell.
 *
 * @param users Those of all peers. Only of some of them is it known that they were there.
 * @param isKnown Of which of them the last `up` tells so.
 */
function differs(
  live: SeenUsers,
  users: readonly string[],
  isKnown: (user: string) => boolean,
  owner: string,
): string | undefined {
  const seen = seeClaim(own(live.annotations, USERS_ANNOTATION), owner);
  const entries = attempt(() => parseUsers(own(live.data, USERS_KEY)).entries);
  if (seen.kind === "otherOwner" || entries === undefined) return undefined;
  const isListed = (user: string) => seen.kind === "ours" && seen.claim.users.includes(user);
  const isThere = (user: string) => entries.some(({ name, role }) => name === user && role === PEER_ROLE);
  const missing = users.filter((user) => (isKnown(user) || isListed(user)) && !isThere(user));
  if (missing.length > 0) return `has no user ${firstFew(missing).join(", ")} any more`;
  if (seen.kind === "damaged") return `has an annotation ${USERS_ANNOTATION} that was edited, and cannot be read`;
  const isMade = appliedEntry(live.managedFields, FIELD_MANAGER) !== undefined;
  return isMade && seen.kind === "none" ? `has lost its annotation ${USERS_ANNOTATION}` : undefined;
}

function drifted(
  found: InspectedCluster,
  clusters: readonly Cluster[],
  { recorded, owner, cilium }: PreflightPolicy,
  now: Date,
): readonly Change[] {
  const { cluster, live } = found;
  const configMap = live.apiserver?.users.configMap;
  // Those of new peers were not there yet, nor those of lost ones that are back: the step runs for them anyway.
  const known = new Set(Object.entries(recorded).flatMap(([name, { lost }]) => (lost ? [] : [clientCommonName(name)])));
  const how =
    configMap === undefined
      ? "is not there: its clustermesh-apiserver lets no peer in, and a new pod of it does not start"
      : differs(configMap, usersOf(found, clusters), (user) => known.has(user), owner);
  if (how === undefined) return [];
  const fix = "pulumi up writes it again";
  const diagnostic = warning({ cluster: cluster.name, property: usersName(cilium), reason: how, fix });
  return [[`${configMap?.uid ?? ""} ${configMap?.version ?? now.toISOString()}`, diagnostic]];
}

/**
 * Finds clusters whose peers do not have their users any more: the ConfigMap was removed or written again, as by a `helm upgrade`, or an entry was
 * taken away. The state shows none of it.
 */
export function usersDrift(
  members: readonly Cluster[],
  clusters: ReadonlyMap<string, LiveCluster>,
  policy: PreflightPolicy,
  now: Date,
): Drift {
  const found = inspected(members, clusters).filter(
    ({ cluster, live }) => hasUsers(cluster) && live.apiserver !== undefined,
  );
  return driftIn(found, (each) => {
    const isKnown = setBefore(each, policy) !== undefined && otherThanRecorded(each, policy).length === 0;
    return isKnown ? drifted(each, members, policy, now) : [];
  });
}
