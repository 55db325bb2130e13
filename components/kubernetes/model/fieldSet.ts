import { isObject, type Json } from "../../basics/model/json";
import { own } from "../../basics/model/own";

/** Whether a set has no members: then it stands for a whole value. */
const isLeaf = (fields: Json): boolean => Object.keys(fields).every((key) => key === ".");

/** Whether an entry of a list is the one that a member of a set means: `k:` has its keys as JSON, `v:` its value. */
function isMeant(entry: unknown, member: string): boolean {
  const meant: unknown = JSON.parse(member.slice(2));
  if (member.startsWith("v:") || !isObject(meant)) return JSON.stringify(entry) === JSON.stringify(meant);
  return isObject(entry) && Object.entries(meant).every(([key, value]) => own(entry, key) === value);
}

/**
 * The part of an object that a manager owns: what it would have to apply again in order to own the same.
 *
 * @param live The object, or a value in it.
 * @param fields The set of its fields as `managedFields[].fieldsV1` has it: `f:` before a name, `k:` or `v:` before a list's entry.
 * @returns `undefined` where nothing of it is there.
 */
export function ownedPart(live: unknown, fields: unknown): unknown {
  if (!isObject(fields) || live === undefined) return undefined;
  if (Array.isArray(live)) {
    const clusters = Object.entries(fields).filter(([member]) => /^[kv]:/.test(member));
    return isLeaf(fields)
      ? live
      : live.flatMap((entry: unknown) => {
          const meant = clusters.find(([member]) => isMeant(entry, member));
          return meant === undefined ? [] : [ownedPart(entry, meant[1])];
        });
  }
  if (!isObject(live)) return live;
  if (isLeaf(fields)) {
    // The dot alone is the ownership of a map that may be empty, and not of what others have put there.
    return Object.hasOwn(fields, ".") ? {} : live;
  }
  return Object.fromEntries(
    Object.entries(fields).flatMap(([member, inside]) => {
      const name = member.slice(2);
      const part = member.startsWith("f:") ? ownedPart(own(live, name), inside) : undefined;
      return part === undefined ? [] : [[name, part] as const];
    }),
  );
}
