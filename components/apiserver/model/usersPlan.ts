import { own } from "../../basics/model/own";
import type { FieldOwner } from "../../kubernetes/model/managedFields";
import { OWNER_ANNOTATION } from "../../kubernetes/model/ownership";
import type { Finding } from "../../mesh/model/diagnostic";
import type { GrantedUsers } from "./grantedUsers";
import { isAllOurs, isMade, otherOwner, OURS, ownUsers, textWithout, writer, type LiveUsers } from "./liveUsers";
import { claimText, seeClaim, type SeenClaim } from "./usersClaim";
import { changeUsers, parseUsers, PEER_ROLE, type UserEntry } from "./usersFile";
import { USERS_ANNOTATION, USERS_KEY } from "./usersObject";

/** The next write; what is to be done after it shows when the ConfigMap is looked at again. */
export type UsersStep =
  | { readonly kind: "done"; readonly granted: GrantedUsers }
  /** The ConfigMap as this project makes it. It is refused where there is one by then. */
  | { readonly kind: "create" | "apply"; readonly text: string; readonly claim: string }
  /** Which entries are ours, before they are made and after they are gone, so that a run that ends between has lost nothing. */
  | { readonly kind: "claim"; readonly claim: string }
  /** The text of another owner's ConfigMap, in the name of that owner; `null` for none. */
  | { readonly kind: "text"; readonly text: string | null; readonly owner: FieldOwner }
  | { readonly kind: "unclaim" }
  | { readonly kind: "delete" }
  /** It is not ours to touch. */
  | { readonly kind: "leave"; readonly why: string };

/** What is wrong with a ConfigMap of users: nothing is written to it. */
export class UsersRefused extends Error {
  override readonly name = "UsersRefused";

  constructor(readonly finding: Omit<Finding, "cluster">) {
    super(finding.reason);
  }
}

const namesOf = (entries: readonly UserEntry[]): readonly string[] => entries.map(({ name }) => name);

/** The users that others have there already. @throws UsersRefused where they have one in another role. */
function foundUsers(
  entries: readonly UserEntry[],
  users: readonly string[],
  ours: readonly string[],
): readonly string[] {
  const foreign = entries.filter(({ name }) => users.includes(name) && !ours.includes(name));
  const wrong = foreign.find(({ role }) => role !== PEER_ROLE);
  if (wrong !== undefined) {
    throw new UsersRefused({
      property: `${USERS_KEY} user ${wrong.name} role`,
      value: wrong.role ?? "",
      reason: `is not ${JSON.stringify(PEER_ROLE)}, which a peer needs, and the entry is not of this stack's making`,
      fix: "correct it or remove the entry, in the values of Helm where it comes from there",
    });
  }
  return [...new Set(namesOf(foreign))];
}

function refuseOthers(live: LiveUsers, owner: string, seen: SeenClaim): void {
  const other = otherOwner(live, owner, seen);
  if (other === undefined) return;
  throw new UsersRefused({
    property: `annotation ${seen.kind === "otherOwner" ? USERS_ANNOTATION : OWNER_ANNOTATION}`,
    value: other,
    reason: "is the mark of another stack, which looks after the users of this cluster",
    fix:
      "let that stack give the cluster back (pulumi destroy, or remove it there) and then run this again; " +
      "if it is this stack, moved to another backend, set clustermesh:owner to that",
  });
}

const damaged = (): UsersRefused =>
  new UsersRefused({
    property: `annotation ${USERS_ANNOTATION}`,
    reason: "cannot be read: it was edited, or is not this program's, and which entries are this stack's is in it",
    fix:
      "write back what was there; where that is lost, remove from users.yaml the users that this stack has made (remote-<peer>) and then " +
      "the annotation",
  });

/**
 * What is to be written next so that a cluster's peers have their users. A cluster belongs to one stack, and so does this ConfigMap with its users:
 * what another stack has marked is refused.
 *
 * @param live Absent where there is none.
 * @param last What was last granted; absent where that is not known.
 * @throws UsersRefused where it must not be touched; UnreadableUsers where it cannot be.
 */
export function planGrant(
  live: LiveUsers | undefined,
  users: readonly string[],
  owner: string,
  last: GrantedUsers | undefined,
): UsersStep {
  if (live === undefined) {
    const text = changeUsers(undefined, { remove: [], add: [...new Set(users)] });
    return { kind: "create", text, claim: claimText({ owner, users: [...new Set(users)] }) };
  }
  const annotation = own(live.annotations, USERS_ANNOTATION);
  const seen = seeClaim(annotation, owner);
  refuseOthers(live, owner, seen);
  const ours = ownUsers(live, seen, last);
  if (ours === undefined) throw damaged();
  const text = own(live.data, USERS_KEY);
  const { entries } = parseUsers(text);
  const found = foundUsers(entries, users, ours);
  const added = [...new Set(users)].filter((user) => !found.includes(user));
  const right = namesOf(entries.filter(({ role }) => role === PEER_ROLE));
  const wrong = namesOf(entries.filter(({ name, role }) => added.includes(name) && role !== PEER_ROLE));
  const change = {
    remove: [...ours.filter((user) => !added.includes(user)), ...wrong],
    add: added.filter((user) => !right.includes(user) || wrong.includes(user)),
  };
  const done = { kind: "done", granted: { configMap: live.uid, added, found } } as const;
  if (isMade(live, owner)) {
    const next = { text: changeUsers(text, change), claim: claimText({ owner, users: added }) };
    return next.text === text && next.claim === annotation ? done : { kind: "apply", ...next };
  }
  const before = textWithout(live, ours, seen);
  if (added.length === 0) return withoutUsers(live, before) ?? done;
  const next = changeUsers(text, change);
  const left = changeUsers(next, { remove: added, add: [] });
  const claim = (names: readonly string[]) =>
    claimText({ owner, users: names, ...(left === before ? {} : { before }) });
  const isClaimed = (user: string) => seen.kind === "ours" && seen.claim.users.includes(user);
  if (!added.every(isClaimed)) return { kind: "claim", claim: claim([...new Set([...ours, ...added])]) };
  if (next !== text) return { kind: "text", text: next, owner: writer(live) };
  const wanted = claim(added);
  return wanted === annotation ? done : { kind: "claim", claim: wanted };
}

/** The next write that takes our part out of a ConfigMap; `undefined` where nothing of ours is in it. */
function withoutUsers(live: LiveUsers, before: string | null): UsersStep | undefined {
  if (before !== (own(live.data, USERS_KEY) ?? null)) return { kind: "text", text: before, owner: writer(live) };
  return OURS.some((annotation) => own(live.annotations, annotation) !== undefined) ? { kind: "unclaim" } : undefined;
}

/**
 * What is to be written next so that nothing of ours is there any more. What another stack has marked by now is left to it.
 *
 * @param live Absent where there is none.
 * @param last What was last granted; absent where that is not known.
 * @throws UnreadableUsers where it cannot be read.
 */
export function planRevoke(live: LiveUsers | undefined, owner: string, last: GrantedUsers | undefined): UsersStep {
  const done = { kind: "done", granted: { configMap: live?.uid ?? "", added: [], found: [] } } as const;
  if (live === undefined) return done;
  const seen = seeClaim(own(live.annotations, USERS_ANNOTATION), owner);
  const other = otherOwner(live, owner, seen);
  if (other !== undefined) return { kind: "leave", why: `it belongs to stack ${JSON.stringify(other)} by now` };
  const ours = ownUsers(live, seen, last);
  if (ours === undefined) {
    return {
      kind: "leave",
      why: `its annotation ${USERS_ANNOTATION} cannot be read, so which users are this stack's is not known`,
    };
  }
  if (isMade(live, owner) && isAllOurs(live, ours)) return { kind: "delete" };
  return withoutUsers(live, textWithout(live, ours, seen)) ?? done;
}
