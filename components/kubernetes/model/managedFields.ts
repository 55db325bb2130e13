import { isObject } from "../../basics/model/json";
import { ownedPart } from "./fieldSet";

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

/** A ConfigMap as far as the way back depends on it. */
export interface OwnedData {
  readonly data: Readonly<Record<string, string>>;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

const property = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

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

/** What a manager has applied of an object by server-side apply. Its `time` stays the same however often nothing changes, and whatever others write. */
export function appliedEntry<T extends ManagedFieldsEntry>(
  managedFields: readonly T[],
  manager: string,
): T | undefined {
  return managedFields.find((entry) => entry.manager === manager && entry.operation === "Apply");
}

/** The part of an object that a manager has applied: applied again under its name, it changes nothing. Empty where it has applied nothing. */
export function appliedPart(
  object: unknown,
  managedFields: readonly ManagedFieldsEntry[],
  manager: string,
): Readonly<Record<string, unknown>> {
  return (ownedPart(object, appliedEntry(managedFields, manager)?.fieldsV1) ?? {}) as Readonly<Record<string, unknown>>;
}
