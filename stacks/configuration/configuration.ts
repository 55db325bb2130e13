import type { z } from "zod";
import type { Diagnostic } from "../../components/mesh/model/diagnostic";
import { problemsOf, unknownProperty } from "../../components/mesh/model/issues";
import { keysAt } from "../../components/mesh/model/schemaKeys";
import { configurationSchema, type Configuration } from "./schema";

/** A configuration as far as it can be read, and what is wrong with the rest. */
export interface Read<T> {
  readonly problems: readonly Diagnostic[];
  /** What is left when the ill-formed parts are taken out, so that all else can be checked in the same run; absent when nothing is. */
  readonly readable?: T;
  /** Clusters that were taken out. */
  readonly unreadableClusters: readonly string[];
}

/** The configuration of a mesh as far as it can be read. */
export type ReadConfiguration = Read<Configuration>;

/** A configuration as Pulumi's texts decode. */
export type Decoded = Readonly<Record<string, unknown>>;

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

/** Decodes the texts that Pulumi has for the keys of this project, without the project's prefix. */
export function decodeTexts(texts: Readonly<Record<string, string>>): Decoded {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, decode(key, text)]));
}

/** The configuration without what an issue is about: an unknown key, a whole cluster, or a setting, which then has its default. */
function without(root: Decoded, issue: z.core.$ZodIssue): Decoded {
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
  return remove(root, issue.path.slice(0, depth).map(String)) as Decoded;
}

/** No path in a configuration has more keys than `clusters.<name>.etcd.hostAliases.<host>`. */
const DEPTH = 5;

/**
 * Takes out keys named `__proto__`, which the schema would drop from a record of names silently.
 *
 * @param found Called with their paths.
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

/**
 * Reads a decoded configuration by a schema. Missing, unknown and ill-formed properties are collected, and secret values kept out of the
 * messages.
 */
export function readAs<T extends { readonly clusters: object }>(schema: z.ZodType<T>, given: Decoded): Read<T> {
  const lost: Diagnostic[] = [];
  const decoded = withoutProto(given, (path) => lost.push(unknownProperty(path))) as Decoded;
  const parsed = schema.safeParse(decoded);
  if (parsed.success) {
    return { problems: lost, readable: parsed.data, unreadableClusters: [] };
  }
  const { issues } = parsed.error;
  const rest = schema.safeParse(issues.reduce(without, decoded));
  const problems = [...lost, ...issues.flatMap((issue) => problemsOf(issue, decoded, keysAt(schema, issue.path)))];
  return {
    problems,
    ...(rest.success ? { readable: rest.data } : {}),
    unreadableClusters: [...new Set(problems.flatMap(({ cluster }) => cluster ?? []))].filter(
      (cluster) => !rest.success || !Object.hasOwn(rest.data.clusters, cluster),
    ),
  };
}

/** Reads the configuration of a whole mesh. @param texts Values by key, without the project's prefix. */
export function readConfiguration(texts: Readonly<Record<string, string>>): ReadConfiguration {
  return readAs(configurationSchema, decodeTexts(texts));
}
