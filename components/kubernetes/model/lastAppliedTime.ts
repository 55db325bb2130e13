import type { ManagedFieldsEntry } from "./managedFields";

/**
 * When a manager has last changed something of an object by server-side apply, as the API server keeps it in `managedFields` (RFC 3339, whole
 * seconds). It stays the same however often nothing changes, and whatever others write; `undefined` where the manager has applied nothing.
 *
 * @param managedFields Absent for an object that is only going to be made.
 */
export function lastAppliedTime(
  managedFields: readonly ManagedFieldsEntry[] | undefined,
  manager: string,
): string | undefined {
  return managedFields?.find((entry) => entry.manager === manager && entry.operation === "Apply")?.time;
}
