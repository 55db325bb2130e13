import { z } from "zod";
import { authoritySchema, configurationSchema, clusterStackSchema } from "../../stacks/configuration/schema";
import type { Role } from "../../stacks/roles/role";

/** A JSON Schema as zod writes it. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** A setting, as the reference page and the editors' schema show it. */
export interface Setting {
  /** `leafDays`, `cilium.namespace`, `clusters.<name>.id`. */
  readonly key: string;
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description: string;
  /** Absent for a secret, and for a group of settings. */
  readonly example?: unknown;
  readonly secret: boolean;
  /** The stacks that take it, where a mesh has several. */
  readonly stacks: readonly Exclude<Role["kind"], "mesh">[];
}

const EVERY_ROLE = Object.keys({ mesh: 0, authority: 0, cluster: 0 } satisfies Record<Role["kind"], 0>);

/** What a stack is; it decides which of the schemas holds. */
const roleSchema = z
  .enum(EVERY_ROLE)
  .default("mesh")
  .describe(
    "What part of a mesh the stack has. `mesh`: all of it. `authority` and `cluster`: a part of a mesh of several stacks.",
  );

/** The JSON Schema of the configuration of a stack, by its role. A mesh and an authority stack have no `authorityStack`. */
export const SCHEMAS = {
  mesh: jsonSchema(configurationSchema.shape),
  authority: jsonSchema(authoritySchema.shape),
  cluster: jsonSchema(clusterStackSchema.shape),
} satisfies Record<Role["kind"], JsonSchema>;

function jsonSchema(shape: z.core.$ZodShape): JsonSchema {
  return z.toJSONSchema(z.strictObject({ role: roleSchema, ...shape }), { io: "input" });
}

/** A part of a JSON Schema that is a schema itself; in some places a boolean, or a list, is allowed as well. */
export function asSchema(
  part: JsonSchema | boolean | readonly (JsonSchema | boolean)[] | undefined,
): JsonSchema | undefined {
  return typeof part === "object" && !("length" in part) ? part : undefined;
}

/** The schemas of which a value has to fit one. */
const alternatives = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? [];

/** Whether the settings of a group are told with another group. */
const isLike = (schema: JsonSchema): boolean => schema["like"] !== undefined;

const isGroup = (schema: JsonSchema): boolean => schema.properties !== undefined;

/** Literals of any number, as `"a"` or `255`. */
function literals(schema: JsonSchema): readonly unknown[] {
  return schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
}

function typeOf(schema: JsonSchema): string {
  const values = literals(schema);
  if (values.length > 0) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.anyOf !== undefined) return alternatives(schema).map(typeOf).join(", or ");
  switch (schema.type) {
    case "integer":
      return "whole number";
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    case "array":
      if (schema.prefixItems !== undefined) return `list of ${String(schema.prefixItems.length)} texts`;
      if (literals(asSchema(schema.items) ?? {}).length > 0)
        return `list of any of ${typeOf(asSchema(schema.items) ?? {})}`;
      return `list of ${typeOf(asSchema(schema.items) ?? {})}s`;
    case "object":
      return isGroup(schema) ? "object" : `${typeOf(asSchema(schema.additionalProperties) ?? {})} by name`;
    default:
      return "number";
  }
}

/** An example: the one that is given, or one that shows another value than the default. */
function exampleOf(schema: JsonSchema): unknown {
  const [given] = schema.examples ?? [];
  if (given !== undefined) return given;
  const type = schema.type ?? alternatives(schema)[0]?.type;
  if (type === "boolean") return schema.default !== true;
  return literals(schema).find((value) => value !== schema.default) ?? schema.default;
}

interface Found {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** What is below a group, or below the groups that a setting can be instead of a plain value. */
function below(key: string, schema: JsonSchema): readonly Found[] {
  if (isLike(schema)) return [];
  const entries = asSchema(schema.additionalProperties);
  return [
    ...(entries !== undefined && isGroup(entries) ? below(`${key}.<name>`, entries) : []),
    ...[schema, ...alternatives(schema)].flatMap((group) => settingsOf(group, key)),
  ];
}

/** The settings of a group, and of the groups in it. A group is one itself where it has a description. */
function settingsOf(group: JsonSchema, prefix: string): readonly Found[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, part]): readonly Found[] => {
    const schema = asSchema(part) ?? {};
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const inside = below(key, schema);
    const required = (group.required ?? []).includes(name);
    return inside.length > 0 && schema.description === undefined ? inside : [{ key, schema, required }, ...inside];
  });
}

const keysOf = (role: keyof typeof SCHEMAS) => new Set(settingsOf(SCHEMAS[role], "").map(({ key }) => key));

/** Every setting that a stack of some role takes. @throws Error where one has no description, or no example. */
export function allSettings(): readonly Setting[] {
  const [ofMesh, ofCluster] = [settingsOf(SCHEMAS.mesh, ""), settingsOf(SCHEMAS.cluster, "")];
  const known = keysOf("mesh");
  const taken = { authority: keysOf("authority"), cluster: keysOf("cluster") } as const;
  return [...ofCluster.filter(({ key }) => !known.has(key)), ...ofMesh].map(({ key, schema, required }) => {
    const secret = schema["secret"] === true;
    const example = exampleOf(schema);
    if (schema.description === undefined) throw new Error(`${key} has no description`);
    if (example === undefined && !secret && !isGroup(schema)) throw new Error(`${key} has no example`);
    return {
      key,
      type: typeOf(schema),
      required,
      ...(schema.default === undefined || isGroup(schema) ? {} : { default: schema.default }),
      description: schema.description,
      ...(example === undefined || isGroup(schema) ? {} : { example }),
      secret,
      stacks: (["authority", "cluster"] as const).filter((role) => taken[role].has(key)),
    };
  });
}
