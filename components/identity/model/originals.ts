import { z } from "zod";
import { ownedPart } from "../../kubernetes/model/fieldSet";

/** The part of an object's `metadata.managedFields` that says who owns a field. */
export interface ManagedFieldsEntry {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly time?: string | undefined;
  readonly fieldsV1?: unknown;
}

/** Who owns a field, and how it came to: a manager is another one for each of the two. */
export interface FieldOwner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
}

/** A field as it was before it was patched. */
export type OriginalField =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: string; readonly managers: readonly FieldOwner[] };

/** The originals of a ConfigMap's keys: what `pulumi destroy` gives back. Kept in the state as the output of a command. */
export type Originals = Readonly<Record<string, OriginalField>>;

const fieldOwner = z.union([
  z.object({ manager: z.string(), operation: z.enum(["Apply", "Update"]) }),
  // States of earlier versions have names alone; all was given back as an update then.
  z.string().transform((manager): FieldOwner => ({ manager, operation: "Update" })),
]);

/** {@link Originals} as the state has them, in this version or an earlier one. */
export const recordedOriginals: z.ZodType<Originals> = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("absent") }),
    z.object({ kind: z.literal("value"), value: z.string(), managers: z.array(fieldOwner) }),
  ]),
);

const printedRecord = z.object({ config: recordedOriginals });

/** The originals of `cilium-config`, out of all that `record` has printed. */
export function originalsOf(printed: string): Originals {
  return printedRecord.parse(JSON.parse(printed)).config;
}

type Data = Readonly<Record<string, string>>;

/** A ConfigMap as far as the way back depends on it. */
export interface OwnedData {
  readonly data: Data;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The owners of `data.<key>`, in the order in which the API server lists them. */
export function fieldOwners(managedFields: readonly ManagedFieldsEntry[], key: string): readonly FieldOwner[] {
  return managedFields
    .filter((entry) => property(property(entry.fieldsV1, "f:data"), `f:${key}`) !== undefined)
    .flatMap(({ manager, operation }) =>
      manager === undefined ? [] : { manager, operation: operation === "Apply" ? "Apply" : "Update" },
    );
}

/** The managers that own `data.<key>`, in the order in which the API server lists them. */
export function dataOwners(managedFields: readonly ManagedFieldsEntry[], key: string): readonly string[] {
  return fieldOwners(managedFields, key).map(({ manager }) => manager);
}

/** Records what a ConfigMap holds under the keys that are about to be patched. */
export function recordOriginals(
  data: Data,
  managedFields: readonly ManagedFieldsEntry[],
  keys: readonly string[],
): Originals {
  return Object.fromEntries(
    keys.map((key): [string, OriginalField] => {
      const value = data[key];
      return [
        key,
        value === undefined ? { kind: "absent" } : { kind: "value", value, managers: fieldOwners(managedFields, key) },
      ];
    }),
  );
}

/** The part of an object that a manager has applied: applied again under its name, it changes nothing. Empty where it has applied nothing. */
export function appliedPart(
  object: unknown,
  managedFields: readonly ManagedFieldsEntry[],
  manager: string,
): Readonly<Record<string, unknown>> {
  const own = managedFields.find((entry) => entry.manager === manager && entry.operation === "Apply");
  return (ownedPart(object, own?.fieldsV1) ?? {}) as Readonly<Record<string, unknown>>;
}
