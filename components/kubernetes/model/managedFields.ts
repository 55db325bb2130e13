import { isObject } from "../../basics/model/json";
import { ownedPart } from "./fieldSet";
import { FIELD_MANAGER } from "./ownership";

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

/**
 * In whose name `data.<key>` is written beside its owner: an apply of the owner's is refused what another manager has changed, an update is not.
 * Where nobody else has it, in this project's.
 */
export function writerOf(managedFields: readonly ManagedFieldsEntry[], key: string): FieldOwner {
  const owners = fieldOwners(managedFields, key);
  const others = owners.filter(({ manager }) => manager !== FIELD_MANAGER);
  const [first] = [...others.filter(({ operation }) => operation === "Apply"), ...others, ...owners];
  return first ?? { manager: FIELD_MANAGER, operation: "Update" };
}

/** What a manager has applied of an object by server-side apply. Its `time` stays the same however often nothing changes, and whatever others write. */
export function appliedEntry<T extends ManagedFieldsEntry>(
  managedFields: readonly T[],
  manager: string,
): T | undefined {
  return managedFields.find((entry) => entry.manager === manager && entry.operation === "Apply");
}

/** The latest of some times in RFC 3339; `undefined` where there is none. */
export function newest(times: readonly (string | undefined)[]): string | undefined {
  const known = times.flatMap((time) => (time === undefined || Number.isNaN(Date.parse(time)) ? [] : [time]));
  return known.toSorted((a, b) => Date.parse(b) - Date.parse(a))[0];
}

/** When an object was last written by one of those that still own something of it. */
export const lastTime = (managedFields: readonly ManagedFieldsEntry[]): string | undefined =>
  newest(managedFields.map(({ time }) => time));

/** The part of an object that a manager has applied: applied again under its name, it changes nothing. Empty where it has applied nothing. */
export function appliedPart(
  object: unknown,
  managedFields: readonly ManagedFieldsEntry[],
  manager: string,
): Readonly<Record<string, unknown>> {
  return (ownedPart(object, appliedEntry(managedFields, manager)?.fieldsV1) ?? {}) as Readonly<Record<string, unknown>>;
}
