import { attempt } from "../../basics/model/attempt";
import { LONGEST_TEXT } from "../../basics/model/foreignYaml";
import { own, present } from "../../basics/model/own";
import type { LiveObject } from "../../kubernetes/model/liveObject";
import { writerOf, type FieldOwner, type ManagedFieldsEntry } from "../../kubernetes/model/managedFields";
import { OWNER_ANNOTATION } from "../../kubernetes/model/ownership";
import type { GrantedUsers } from "./grantedUsers";
import { seeClaim, type SeenClaim } from "./usersClaim";
import { changeUsers, parseUsers } from "./usersFile";
import { USERS_ANNOTATION, USERS_KEY } from "./usersObject";

/** The ConfigMap as it is now. */
export interface LiveUsers {
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly hasLabels: boolean;
  readonly data: Readonly<Record<string, string>>;
  readonly hasBinaryData: boolean;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/** The same as a preview keeps it: nothing of the data but the list, and of that no more than can be read. */
export interface SeenUsers extends LiveUsers {
  readonly version?: string;
}

/** The ConfigMap as a preview keeps it. */
export function seenUsers({ metadata, data = {} }: LiveObject): SeenUsers {
  const { uid, annotations = {}, labels = {}, managedFields = [], resourceVersion: version } = metadata;
  const text = own(data, USERS_KEY);
  return present({
    uid,
    annotations,
    hasLabels: Object.keys(labels).length > 0,
    data: text === undefined ? {} : { [USERS_KEY]: text.slice(0, LONGEST_TEXT + 1) },
    hasBinaryData: false,
    managedFields,
    version,
  });
}

/** The annotations that this project puts on it. */
export const OURS: readonly string[] = [OWNER_ANNOTATION, USERS_ANNOTATION];

/** Whether this stack has made it, and nobody has taken it over since: Helm, for one, puts labels on what it has. */
export function isMade(live: LiveUsers, owner: string): boolean {
  const isOurs = (annotation: string) => OURS.includes(annotation);
  return (
    own(live.annotations, OWNER_ANNOTATION) === owner && !live.hasLabels && Object.keys(live.annotations).every(isOurs)
  );
}

/** The other stack whose mark it has. */
export function otherOwner(
  { annotations }: Pick<LiveUsers, "annotations">,
  owner: string,
  seen: SeenClaim,
): string | undefined {
  if (seen.kind === "otherOwner") return seen.owner;
  const maker = own(annotations, OWNER_ANNOTATION);
  return maker === owner ? undefined : maker;
}

/** Whether it has a mark, and none of another stack's: then something of this stack's may be in it. */
export function hasOurMark({ annotations = {} }: LiveObject["metadata"], owner: string): boolean {
  const seen = seeClaim(own(annotations, USERS_ANNOTATION), owner);
  const isMarked = OURS.some((annotation) => own(annotations, annotation) !== undefined);
  return isMarked && otherOwner({ annotations }, owner, seen) === undefined;
}

/** The users whose entries are ours, as the ConfigMap tells; where it tells nothing, as they were last granted in it. */
export function ownUsers(
  { uid }: LiveUsers,
  seen: SeenClaim,
  last: GrantedUsers | undefined,
): readonly string[] | undefined {
  if (seen.kind === "ours") return seen.claim.users;
  if (last?.configMap === uid) return last.added;
  return seen.kind === "none" ? [] : undefined;
}

/**
 * The text without our entries: as it was before them where nobody has changed anything else since. It was changed where it is, without them, not
 * what the text from before is with them and again without them.
 */
export function textWithout({ data }: LiveUsers, ours: readonly string[], seen: SeenClaim): string | null {
  const text = own(data, USERS_KEY);
  if (text === undefined) return null;
  const stripped = changeUsers(text, { remove: ours, add: [] });
  const before = seen.kind === "ours" ? seen.claim.before : undefined;
  if (before === undefined) return stripped;
  const again = () =>
    changeUsers(changeUsers(before ?? undefined, { remove: [], add: ours }), { remove: ours, add: [] });
  return attempt(again) === stripped ? before : stripped;
}

/** In whose name the text is written. */
export const writer = ({ managedFields }: LiveUsers): FieldOwner => writerOf(managedFields, USERS_KEY);

/** Whether nothing is in it but what is ours. */
export function isAllOurs({ data, hasBinaryData }: LiveUsers, ours: readonly string[]): boolean {
  const { entries, hasMore } = parseUsers(own(data, USERS_KEY));
  const hasOtherKeys = hasBinaryData || Object.keys(data).some((key) => key !== USERS_KEY);
  return !hasMore && !hasOtherKeys && entries.every(({ name }) => ours.includes(name));
}
