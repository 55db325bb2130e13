import fc from "fast-check";
import { configurationSchema } from "../../../stacks/configuration/schema";
import { hostile } from "./mesh/arbitraries";
import { valuesOf, type Draft } from "./stacks/stackDrafts";

/** Texts that a shell, a terminal, a log, a path or JavaScript could take for something else. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "$(touch x)",
    "`touch x`",
    "'; rm -rf / #",
    '"; reboot; "',
    "a\nb",
    "\r\n::error::x",
    "\u0000",
    "\u001b[2J\u001b]0;x\u0007",
    "\u009b31m",
    "a\u2028b\u2029c",
    "\u202eevil",
    "\u2066x\u2069",
    "\ufeff",
    "\ud800",
    "\udc00\ud800",
    "__proto__",
    "constructor",
    "prototype",
    "hasOwnProperty",
    "toString",
    "--all",
    "-n=kube-system",
    "../../../etc/passwd",
    "%s%n",
    "${process.exit(1)}",
    "[secret]",
    "x".repeat(5000),
    "[".repeat(100_000) + "]".repeat(100_000),
  ),
  hostile,
);

const scalar = fc.oneof(hostileText, fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, 1e999, -0, [], {}));

/** Values of any shape, with hostile keys. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.array(fc.tuple(hostileText, scalar), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as unknown),
  fc.jsonValue({ maxDepth: 3 }),
);

/** How a place in a tree is found: a number for each level, taken modulo what there is. */
const way = fc.array(fc.nat(40), { minLength: 1, maxLength: 5 });

/** A tree with something else at a place in it: in place of what was there, or under another key beside it. */
function disturbed(
  tree: unknown,
  [step = 0, ...rest]: readonly number[],
  junk: unknown,
  key: string | undefined,
): unknown {
  if (typeof tree !== "object" || tree === null) {
    return junk;
  }
  const entries = Object.entries(tree);
  const index = step % Math.max(entries.length, 1);
  const last = rest.length === 0;
  if (last && key !== undefined) {
    const more = [...entries, [key, junk] as const];
    return Array.isArray(tree) ? [...(tree as unknown[]), junk] : Object.fromEntries(more);
  }
  const changed = entries.map(([name, value], n): [string, unknown] => [
    name,
    n !== index ? value : last ? junk : disturbed(value, rest, junk, key),
  ]);
  return Array.isArray(tree) ? changed.map(([, value]) => value) : Object.fromEntries(changed);
}

const keys = fc.oneof(fc.constantFrom(...Object.keys(configurationSchema.shape)), hostileText);

/** The texts of a stack that was a good one until something got into it, somewhere. */
export function disturbedTexts(drafts: fc.Arbitrary<Draft>): fc.Arbitrary<Readonly<Record<string, string>>> {
  const place = fc.tuple(way, anything, fc.option(hostileText, { nil: undefined }));
  return fc.tuple(drafts, fc.array(place, { minLength: 1, maxLength: 3 })).map(([draft, places]) => {
    const values = places.reduce<unknown>(
      (tree, [steps, junk, key]) => disturbed(tree, steps, junk, key),
      valuesOf(draft),
    );
    return jsonTexts(typeof values === "object" && values !== null ? values : {});
  });
}

/** Texts by key where neither means anything. */
export const junkTexts: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .array(
    fc.tuple(
      keys,
      fc.oneof(
        anything.map((value) => textOf(value)),
        hostileText,
      ),
    ),
    { maxLength: 6 },
  )
  .map((entries) => Object.fromEntries(entries));

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** As Pulumi keeps them: JSON, but for texts. */
function jsonTexts(values: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)]));
}
