import { isObject } from "../../basics/model/json";
import { own } from "../../basics/model/own";

/*
 * Pulumi runs the `delete` of a resource with the verb and the input of its last `up`, and hands an `update` what that has printed. Both may be
 * from before these words were what they are now.
 */

const KEYS: Readonly<Record<string, string>> = {
  names: "cilium",
  desired: "desiredConfig",
  claims: "managedObjects",
  originals: "originalConfig",
  gone: "lost",
  members: "clusters",
};

/** Whether policies may fail open: the one choice that a verb of `delete` reads, and a word before. */
const OPEN_POLICIES: Readonly<Record<string, boolean>> = { accept: true, refuse: false };

const VERBS: Readonly<Record<string, string>> = { guard: "check", remove: "removeObjects" };

/** An input, or what was printed, in today's words. */
export function inTodaysWords(given: unknown): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]: [string, unknown]) => [
      own(KEYS, key) ?? key,
      (key === "openPolicies" ? own(OPEN_POLICIES, String(value)) : undefined) ?? value,
    ]),
  );
}

/** What a verb is called today. */
export const todaysVerb = (verb: string): string => own(VERBS, verb) ?? verb;
