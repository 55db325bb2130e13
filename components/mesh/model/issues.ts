import type { z } from "zod";
import { likeliest } from "../../basics/model/likeliest";
import { error, type Diagnostic } from "./diagnostic";

/** Properties whose values must never show up in a message. */
const SECRET_PROPERTIES: ReadonlySet<string> = new Set(["kubeconfig", "privateKey", "certificate", "ca"]);

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

/** A path in a configuration as messages name it. */
export function place(path: readonly PropertyKey[]): { readonly cluster?: string; readonly property: string } {
  const [first, second, ...rest] = path.map(String);
  const text = (keys: readonly string[]) =>
    keys
      .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
      .join("")
      .replace(/^\./, "");
  if (first === "clusters" && second !== undefined) {
    return { cluster: second, property: rest.length === 0 ? "configuration" : text(rest) };
  }
  return { property: `clustermesh:${text([first, second].filter((key) => key !== undefined).concat(rest))}` };
}

/**
 * The problem of something that the schema has found. Secret values stay out of it.
 *
 * @param known The keys that the schema knows where it found that.
 */
export function problemsOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  known: readonly string[] = [],
): readonly Diagnostic[] {
  const at = place(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownProperty([...issue.path, key], known));
  }
  if (issue.code === "invalid_union") {
    const nested = issue.errors.flat().filter((each) => each.path.length > 0);
    if (nested.length > 0) {
      return nested.flatMap((each) => problemsOf({ ...each, path: [...issue.path, ...each.path] }, root));
    }
  }
  const value = valueAt(root, issue.path);
  if (value === undefined) {
    return [error({ ...at, reason: "is missing", fix: expectation(issue) })];
  }
  const secret = issue.path.some((key) => SECRET_PROPERTIES.has(String(key)));
  return secret || mayHoldSecrets(issue, value)
    ? [error({ ...at, reason: `is ${kindOf(value)}`, fix: expectation(issue) })]
    : [error({ ...at, value, reason: "is not allowed", fix: expectation(issue, value) })];
}

/** Whether a value is a structure, or text where one belongs: with a secret somewhere in it, possibly. */
function mayHoldSecrets(issue: z.core.$ZodIssue, value: unknown): boolean {
  const instead = issue.code === "invalid_type" && ["object", "record"].includes(issue.expected);
  return (typeof value === "object" && value !== null) || (instead && typeof value === "string");
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : withArticle(typeof value);
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** What a type of the schema is called in a message. */
function typeName(expected: string): string {
  return expected === "record" ? "object" : expected === "int" ? "whole number" : expected;
}

/** The forms of a union, each by what its own issue expects. */
function alternatives(issues: readonly (readonly z.core.$ZodIssue[])[]): string {
  const forms = issues.flat().map((each) => {
    if (each.code === "invalid_type") {
      return each.expected === "boolean" ? "true, false" : withArticle(typeName(each.expected));
    }
    return each.code === "invalid_value" ? each.values.map(String).join(", ") : `what fits: ${each.message}`;
  });
  return forms.join(", or ");
}

/** A number or a boolean that was written as a text. */
function isQuoted(expected: string, value: unknown): boolean {
  if (typeof value !== "string") return false;
  return expected === "boolean" ? /^(true|false)$/.test(value) : /^(number|int)$/.test(expected) && /^\d+$/.test(value);
}

/** What is to be written, of what is no plain value. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "clustermesh:clusters": "list at least two, such as west: { id: 1, context: west }",
};

function expectation(issue: z.core.$ZodIssue, value?: unknown): string {
  switch (issue.code) {
    case "invalid_type": {
      const example = EXAMPLES[place(issue.path).property];
      const quotes = isQuoted(issue.expected, value) ? ", without quotes" : "";
      return example ?? `give ${withArticle(typeName(issue.expected))}${quotes}`;
    }
    case "invalid_value":
      return `use one of ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return `use one of ${alternatives(issue.errors)}`;
    case "too_small":
      return `use at least ${String(issue.minimum)}`;
    case "too_big":
      return `use at most ${String(issue.maximum)}`;
    default:
      return `correct it: ${issue.message}`;
  }
}

/** The problem of an unknown key. @param known The keys that might be meant. */
export function unknownProperty(path: readonly PropertyKey[], known: readonly string[] = []): Diagnostic {
  const [meant] = likeliest(String(path.at(-1)), known);
  const fix = `${meant === undefined ? "check its spelling" : `write ${meant} if that is meant`}, or remove it`;
  return error({ ...place(path), reason: "is no property known here", fix });
}
