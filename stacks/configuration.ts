import type { z } from "zod";
import type { Problem } from "../components/model/problem";
import { configurationSchema, type Configuration } from "./schema";

/** A configuration as far as it can be read, and what is wrong with the rest. */
export interface ReadConfiguration {
  readonly problems: readonly Problem[];
  /** What is left when the ill-formed parts are taken out, so that all else can be checked in the same run; absent when nothing is. */
  readonly readable?: Configuration;
  /** Clusters that were taken out. */
  readonly unreadableClusters: readonly string[];
}

/** Properties whose values must never show up in a message. */
const SECRET_PROPERTIES: ReadonlySet<string> = new Set(["kubeconfig", "privateKey", "certificate", "ca"]);

/** The keys that Pulumi hands over as text although they are plain strings: they are not JSON and are not to be read as such. */
function isText(key: string): boolean {
  const { shape } = configurationSchema;
  return !Object.hasOwn(shape, key) || shape[key as keyof Configuration].safeParse("x").success;
}

/** Pulumi keeps everything as text; objects, numbers and booleans as JSON. What cannot be read stays text, for the schema to refuse. */
function decode(key: string, text: string): unknown {
  if (isText(key)) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function place(path: readonly PropertyKey[]): { readonly cluster?: string; readonly property: string } {
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

function problemsOf(issue: z.core.$ZodIssue, root: unknown): readonly Problem[] {
  const at = place(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownProperty([...issue.path, key]));
  }
  if (issue.code === "invalid_union") {
    const nested = issue.errors.flat().filter((each) => each.path.length > 0);
    if (nested.length > 0) {
      return nested.flatMap((each) => problemsOf({ ...each, path: [...issue.path, ...each.path] }, root));
    }
  }
  const value = valueAt(root, issue.path);
  if (value === undefined) {
    return [{ ...at, reason: "is missing", allowed: expectation(issue) }];
  }
  const secret = issue.path.some((key) => SECRET_PROPERTIES.has(String(key)));
  return secret || mayHoldSecrets(issue, value)
    ? [{ ...at, reason: `is ${kindOf(value)}`, allowed: expectation(issue) }]
    : [{ ...at, value, reason: "is not allowed", allowed: expectation(issue) }];
}

/** Whether a value is a structure, or text where one belongs: with a secret somewhere in it, for all one knows. */
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

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `give ${withArticle(typeName(issue.expected))}`;
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

/** The configuration without what an issue is about: an unknown key, a whole cluster, or a setting, which then has its default. */
function without(root: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): Readonly<Record<string, unknown>> {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : undefined;
  const [first, cluster] = issue.path.map(String);
  const depth = keys === undefined ? (first === "clusters" && cluster !== undefined ? 2 : 1) : issue.path.length;
  const remove = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    const [head, ...rest] = path;
    if (head === undefined) {
      return Object.fromEntries(Object.entries(value).filter(([key]) => !(keys ?? []).includes(key)));
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) => {
        if (key !== head) {
          return [[key, each] as const];
        }
        return rest.length === 0 && keys === undefined ? [] : [[key, remove(each, rest)] as const];
      }),
    );
  };
  return remove(root, issue.path.slice(0, depth).map(String)) as Readonly<Record<string, unknown>>;
}

/** No path in a configuration has more keys than `clusters.<name>.etcd.hostAliases.<host>`. */
const DEPTH = 5;

/**
 * Takes out keys named `__proto__`, which the schema would drop from a record of names without a word.
 *
 * @param found Told their paths.
 */
function withoutProto(value: unknown, found: (path: readonly string[]) => void, path: readonly string[] = []): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || path.length === DEPTH) {
    return value;
  }
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (key === "__proto__") {
      found([...path, key]);
      return [];
    }
    return [[key, withoutProto(each, found, [...path, key])]];
  });
  return Object.fromEntries(entries);
}

function unknownProperty(path: readonly PropertyKey[]): Problem {
  return { ...place(path), reason: "is no property known here", allowed: "check its spelling, or remove it" };
}

/**
 * Reads a stack's configuration from the texts that Pulumi has for the keys of this project. Missing, unknown and ill-formed properties
 * are collected, and secret values kept out of the messages.
 *
 * @param texts Values by key, without the project's prefix.
 */
export function readConfiguration(texts: Readonly<Record<string, string>>): ReadConfiguration {
  const given = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, decode(key, text)]));
  const lost: Problem[] = [];
  const decoded = withoutProto(given, (path) => lost.push(unknownProperty(path))) as Readonly<Record<string, unknown>>;
  const parsed = configurationSchema.safeParse(decoded);
  if (parsed.success) {
    return { problems: lost, readable: parsed.data, unreadableClusters: [] };
  }
  const { issues } = parsed.error;
  const rest = configurationSchema.safeParse(issues.reduce(without, decoded));
  const problems = [...lost, ...issues.flatMap((issue) => problemsOf(issue, decoded))];
  return {
    problems,
    ...(rest.success ? { readable: rest.data } : {}),
    unreadableClusters: [...new Set(problems.flatMap(({ cluster }) => cluster ?? []))].filter(
      (cluster) => !rest.success || !Object.hasOwn(rest.data.clusters, cluster),
    ),
  };
}
