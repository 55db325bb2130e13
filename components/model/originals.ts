/** The part of an object's `metadata.managedFields` that says who owns a field. */
export interface ManagedFieldsEntry {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly fieldsV1?: unknown;
}

/** A field as it was before it was patched. */
export type OriginalField =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: string; readonly managers: readonly string[] };

/** The originals of a ConfigMap's keys: what `pulumi destroy` gives back. Kept in the state as the output of a command. */
export type Originals = Readonly<Record<string, OriginalField>>;

/** What to do with one key on the way back. */
export type Restoration =
  | { readonly kind: "write"; readonly key: string; readonly value: string; readonly manager: string }
  | { readonly kind: "remove"; readonly key: string }
  | { readonly kind: "nothing"; readonly key: string }
  | { readonly kind: "leave"; readonly key: string; readonly live: string };

type Data = Readonly<Record<string, string>>;

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The managers that own `data.<key>`, in the order in which the API server lists them. */
export function dataOwners(managedFields: readonly ManagedFieldsEntry[], key: string): readonly string[] {
  return managedFields
    .filter((entry) => property(property(entry.fieldsV1, "f:data"), `f:${key}`) !== undefined)
    .flatMap((entry) => entry.manager ?? []);
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
        value === undefined ? { kind: "absent" } : { kind: "value", value, managers: dataOwners(managedFields, key) },
      ];
    }),
  );
}

/**
 * How each key gets back to its original. A key is ours to restore while it holds the value that was set for it, or is gone because the
 * patch that set it is gone. Anything else somebody has written since: it is left, and named.
 *
 * @param desired What this project has set.
 * @param fallbackManager Field manager for an original that no manager owned.
 */
export function planRestoration(
  originals: Originals,
  desired: Data,
  live: Data,
  fallbackManager: string,
): readonly Restoration[] {
  return Object.entries(originals).map(([key, original]): Restoration => {
    const current = live[key];
    if (original.kind === "absent") {
      if (current === undefined) {
        return { kind: "nothing", key };
      }
      return current === desired[key] ? { kind: "remove", key } : { kind: "leave", key, live: current };
    }
    if (current === original.value) {
      return { kind: "nothing", key };
    }
    if (current !== undefined && current !== desired[key]) {
      return { kind: "leave", key, live: current };
    }
    return { kind: "write", key, value: original.value, manager: original.managers[0] ?? fallbackManager };
  });
}

/**
 * The merge patches that carry out a plan, one for each manager, so that every value goes back to the manager that had it. Each is
 * bound to the version that the plan was made from: a ConfigMap that changes meanwhile is looked at again and not written over.
 */
export function restorationPatches(
  plan: readonly Restoration[],
  fallbackManager: string,
): readonly { readonly manager: string; readonly data: Readonly<Record<string, string | null>> }[] {
  const byManager = new Map<string, Record<string, string | null>>();
  for (const step of plan) {
    if (step.kind === "write" || step.kind === "remove") {
      const manager = step.kind === "write" ? step.manager : fallbackManager;
      const data = byManager.get(manager) ?? {};
      data[step.key] = step.kind === "write" ? step.value : null;
      byManager.set(manager, data);
    }
  }
  return [...byManager].map(([manager, data]) => ({ manager, data }));
}
