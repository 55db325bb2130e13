import { allSettings, asSchema, SCHEMAS, type JsonSchema } from "./settings";

const PREFIX = "clustermesh:";

/** What `pulumi config set --secret` leaves of a value. */
const ENCRYPTED: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

const encryptable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, ENCRYPTED] });

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** A pattern that means something else to a reader which does not take it for Unicode: some editors do not. */
const needsUnicode = (schema: JsonSchema): boolean => schema.pattern?.includes("\\p{") === true;

/** The same schema, with secrets that may be encrypted, and with patterns that every editor reads alike. */
function forEditors(part: JsonSchema | boolean): JsonSchema | boolean {
  const schema = asSchema(part);
  if (schema === undefined) return part;
  const { secret, description, pattern, ...rest } = schema;
  const inside = {
    ...rest,
    like: undefined,
    ...(pattern === undefined || needsUnicode(schema) ? {} : { pattern }),
    ...(rest.properties === undefined ? {} : { properties: mapValues(rest.properties, forEditors) }),
    ...(rest.anyOf === undefined ? {} : { anyOf: rest.anyOf.map(forEditors) }),
    ...(rest.additionalProperties === undefined ? {} : { additionalProperties: forEditors(rest.additionalProperties) }),
  } as JsonSchema;
  const items = asSchema(inside.items);
  const value =
    secret !== true ? inside : encryptable(items === undefined ? inside : { ...inside, items: encryptable(items) });
  return description === undefined ? value : { description, ...value };
}

/** Numbers and booleans as `pulumi config set` leaves them without `--path`. */
const AS_TEXT: JsonSchema = { type: "string", pattern: "^(true|false|[0-9]+)$" };

/** Whether a value can be a number or a boolean. */
const isPlain = ({ type, anyOf = [] }: JsonSchema): boolean =>
  type === "number" || type === "integer" || type === "boolean" || anyOf.some(isPlain);

/** A setting under a key of its own. */
function ofKey(schema: JsonSchema | undefined): JsonSchema {
  const { description, ...rest } = asSchema(forEditors(schema ?? {})) ?? {};
  const value = isPlain(rest) ? { anyOf: [rest, AS_TEXT] } : rest;
  return description === undefined ? value : { description, ...value };
}

/** The configuration of a stack of one role, as a stack file has it: under keys with the project's name. */
function stackConfig(schema: JsonSchema): JsonSchema {
  const { properties = {}, required = [] } = schema;
  return {
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [`${PREFIX}${key}`, ofKey(asSchema(value))]),
    ),
    required: required.map((key) => `${PREFIX}${key}`),
  };
}

/** `then` where a stack has this role, else `otherwise`. */
function ofRole(role: string, then: JsonSchema, otherwise: JsonSchema): JsonSchema {
  const key = `${PREFIX}role`;
  return { if: { properties: { [key]: { const: role } }, required: [key] }, then, else: otherwise };
}

/** A JSON Schema for the files `stacks/Pulumi.<stack>.yaml`: for editors. */
export function editorSchema(): JsonSchema {
  const own = [...new Set(allSettings().map(({ key }) => `${PREFIX}${key.split(".")[0] ?? ""}`))];
  const of = (role: keyof typeof SCHEMAS): JsonSchema => ({ $ref: `#/$defs/${role}` });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A stack of cilium-clustermesh",
    type: "object",
    properties: {
      config: {
        type: "object",
        propertyNames: { anyOf: [{ enum: own }, { not: { pattern: `^${PREFIX}` } }] },
        ...ofRole("cluster", of("cluster"), ofRole("authority", of("authority"), of("mesh"))),
      },
    },
    $defs: mapValues(SCHEMAS, stackConfig),
  };
}
