import { z } from "zod";
import { byteLength } from "../../basics/model/bounded";
import { present } from "../../basics/model/own";
import { seeAnnotation, type SeenAnnotation } from "./ownedAnnotation";

/** What is longer is none of ours. So many of the longest names take most of it. */
const LONGEST_CLAIM = 64 * 1024;
/** A longer text is not kept: its list is given back in other words. */
const LONGEST_KEPT = 16 * 1024;

/** While they change it has those that go and those that come: twice a mesh of 511. */
const MOST_USERS = 1200;

const name = z.string().max(512);

const claim = z.object({
  owner: name.min(1),
  /** The users whose entries are ours, or are about to be. An entry of theirs that was there before is not among them. */
  users: z.array(name).max(MOST_USERS).readonly(),
  /** The text from before, where it is not what is left without our entries: `null` for none. */
  before: z.string().nullable().exactOptional(),
});

/** What the annotation of the ConfigMap tells. A copy of the ConfigMap has both, so it holds for that as well. */
type UsersClaim = Readonly<z.infer<typeof claim>>;

/** What an annotation means to one stack. */
export type SeenClaim = SeenAnnotation<UsersClaim>;

/** The text of the annotation. */
export function claimText({ owner, users, before }: UsersClaim): string {
  const isKept = before !== undefined && byteLength(JSON.stringify(JSON.stringify(before))) <= LONGEST_KEPT;
  return JSON.stringify(present({ owner, users: [...users].sort(), before: isKept ? before : undefined }));
}

/** Reads the annotation. @param annotation Absent where there is none. */
export const seeClaim = (annotation: string | undefined, owner: string): SeenClaim =>
  seeAnnotation(annotation, owner, { form: claim, longest: LONGEST_CLAIM });
