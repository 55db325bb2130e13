import type { z } from "zod";
import { own } from "../../basics/model/own";

/** A JSON Schema as zod writes it. */
type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A type in Pulumi's schema of a package. https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/ */
export interface TypeSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly oneOf?: readonly TypeSpec[];
  /** It cannot be an output: it decides which resources there are, or messages show it. */
  readonly plain?: true;
}

/** A property, such as an input of a component. */
export interface PropertySpec extends TypeSpec {
  readonly description: string;
  readonly secret?: true;
}

/** An object with properties of its own. */
export interface ObjectSpec {
  readonly type: "object";
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required: readonly string[];
}

/** The inputs of a component, and the types that they consist of. */
export interface InputsSpec {
  readonly inputs: Omit<ObjectSpec, "type">;
  readonly types: Readonly<Record<string, ObjectSpec>>;
}

/** A part of a mesh's settings by its place: `clusters.etcd.endpoints`. Names of clusters are no part of it. */
export type Place = string;

/** What a component is described by, beside the schema of its settings. */
export interface Wording {
  /** What the names of its types begin with, so that those of two components differ. */
  readonly prefix: string;
  /** Descriptions of groups of settings, which have none of their own. */
  readonly groups: Readonly<Record<Place, string>>;
  /** What of it, and all that is in it, may be an output. What is secret may be one, too. */
  readonly mayBeOutput: readonly Place[];
}

export const TYPE_PREFIX = "clustermesh:index:";

/** A part of a schema that is a schema itself; in some places a boolean, or a list, is allowed as well. */
const asSchema = (part: JsonSchema | boolean | readonly (JsonSchema | boolean)[] | undefined): JsonSchema =>
  typeof part === "object" && !("length" in part) ? part : {};

/** What one of several is called. */
const ONE: Readonly<Record<string, string>> = { clusters: "Cluster", externalPeers: "ExternalPeer" };

const ofOne = (key: string): string => own(ONE, key) ?? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;

const literalsOf = ({ enum: values, const: value }: JsonSchema): readonly unknown[] =>
  values ?? (value === undefined ? [] : [value]);

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** What the description of a setting says beside its meaning: a type of Pulumi's has no list of numbers, and no default that may change. */
function remarks(schema: JsonSchema): string {
  const values = literalsOf(schema);
  const known = values.length > 1 ? ` One of ${values.map(code).join(", ")}.` : "";
  const fallback = schema.default === undefined || schema.properties !== undefined ? undefined : schema.default;
  return `${known}${fallback === undefined ? "" : ` Default: ${code(fallback)}.`}`;
}

/** The same without what is said twice. */
const distinct = (types: readonly TypeSpec[]): readonly TypeSpec[] =>
  types.filter((each, index) => types.findIndex((other) => JSON.stringify(other) === JSON.stringify(each)) === index);

/** Writes the inputs of a component as Pulumi's schema has them, from the schema of its settings. @throws Error where a setting has no description. */
export function inputsOf(schema: JsonSchema, { prefix, groups, mayBeOutput }: Wording): InputsSpec {
  const types: Record<string, ObjectSpec> = {};

  const isOutput = (at: Place): boolean => mayBeOutput.some((place) => at === place || at.startsWith(`${place}.`));

  function property(part: JsonSchema, at: Place): PropertySpec {
    const description = part.description ?? groups[at];
    if (description === undefined) throw new Error(`${at} has no description`);
    const isSecret = part["secret"] === true;
    const type = typeOf(part, at, isSecret || isOutput(at));
    return { description: `${description}${remarks(part)}`, ...type, ...(isSecret ? { secret: true } : {}) };
  }

  function objectOf({ properties = {}, required = [] }: JsonSchema, at: Place): ObjectSpec {
    const entries = Object.entries(properties).map(
      ([key, part]) => [key, property(asSchema(part), at === "" ? key : `${at}.${key}`)] as const,
    );
    return { type: "object", properties: Object.fromEntries(entries), required };
  }

  function typeOf(part: JsonSchema, at: Place, mayComeLater: boolean): TypeSpec {
    const plain = mayComeLater ? {} : ({ plain: true } as const);
    if (part.anyOf !== undefined) {
      const [first = {}, ...others] = distinct(part.anyOf.map((each) => typeOf(asSchema(each), at, true)));
      return others.length === 0 ? { ...first, ...plain } : { oneOf: [first, ...others], ...plain };
    }
    if (part.properties !== undefined) {
      const name = `${prefix}${at.split(".").map(ofOne).join("")}`;
      types[`${TYPE_PREFIX}${name}`] = objectOf(part, at);
      return { $ref: `#/types/${TYPE_PREFIX}${name}`, ...plain };
    }
    if (part.type === "array")
      return { type: "array", items: typeOf(asSchema(part.items), at, mayComeLater), ...plain };
    if (part.type === "object") {
      const entries = typeOf(asSchema(part.additionalProperties), at, mayComeLater);
      return { type: "object", additionalProperties: entries, ...plain };
    }
    if (part.type === undefined && literalsOf(part).length === 0) return { $ref: "pulumi.json#/Any", ...plain };
    return { type: String(part.type ?? typeof literalsOf(part)[0]), ...plain };
  }

  const { properties, required } = objectOf(schema, "");
  return { inputs: { properties, required }, types };
}

/** The object that a type stands for. */
export const typeNamed = ({ types }: InputsSpec, { $ref }: TypeSpec): ObjectSpec | undefined =>
  $ref === undefined ? undefined : own(types, $ref.replace("#/types/", ""));
