import type { ManagedFieldsEntry } from "../../../components/kubernetes/model/managedFields";

/** An object of a cluster in memory. */
export interface StoredObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly ManagedFieldsEntry[];
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly uid: string;
      readonly controller?: boolean;
    }[];
    readonly [field: string]: unknown;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a value has, where it is an object. */
export const fieldsIn = (value: unknown): Fields => (isFields(value) ? value : {});

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const base = isFields(target) ? target : {};
  const changed = Object.entries(patch).map(([key, value]) => [key, mergePatch(base[key], value)] as const);
  return Object.fromEntries(
    Object.entries({ ...base, ...Object.fromEntries(changed) }).filter(([, value]) => value !== null),
  );
}

/** Whether a resource as kubectl takes it (`secrets`, `ciliumnetworkpolicies.cilium.io`) is of a kind. */
export function isOfKind(resource: string, kind: string): boolean {
  const [asked = ""] = resource.toLowerCase().split(".");
  const singular = kind.toLowerCase();
  return [singular, `${singular}s`, singular.replace(/y$/, "ies")].includes(asked);
}

/** The maps of an object whose keys have owners of their own. */
const OWNED = [["data"], ["metadata", "annotations"]] as const;

type Owned = readonly (readonly string[])[];

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((seen, key) => (isFields(seen) ? seen[key] : undefined), value);

/** The paths of the keys that a part of an object has. */
const keysOf = (part: unknown): Owned =>
  OWNED.flatMap((path) => Object.keys(fieldsIn(at(part, path))).map((key) => [...path, key]));

const ownedBy = ({ fieldsV1 }: ManagedFieldsEntry): Owned =>
  OWNED.flatMap((path) => {
    const fields = at(
      fieldsV1,
      path.map((key) => `f:${key}`),
    );
    return Object.keys(fieldsIn(fields)).map((key) => [...path, key.slice(2)]);
  });

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.join("\0") === b.join("\0");

const without = (some: Owned, others: Owned): Owned =>
  some.filter((path) => !others.some((other) => isSame(path, other)));

/** A nested value with something at a path. */
const put = (path: readonly string[], value: unknown): unknown =>
  path.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value);

const fieldsOf = (paths: Owned): unknown =>
  paths.reduce<unknown>(
    (all, path) =>
      mergePatch(
        all,
        put(
          path.map((key) => `f:${key}`),
          {},
        ),
      ),
    {},
  );

/** A part of an object that is null at these paths. */
const nothingAt = (paths: Owned): unknown =>
  paths.reduce<unknown>((all, path) => {
    const [last = "", ...before] = path.toReversed();
    const parents = before.toReversed();
    return mergeKeeping(all, put(parents, { [last]: null }));
  }, {});

/** A merge that keeps nulls. */
function mergeKeeping(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const base = isFields(target) ? target : {};
  return {
    ...base,
    ...Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, mergeKeeping(base[key], value)])),
  };
}

/** Who writes, and how. */
interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
}

/**
 * An object after a write, with its owners as the API server keeps them: an apply owns all that it has, and takes away what it had before and
 * no other manager owns; an update owns what it changes. The manager that owned a changed value loses it.
 */
export function written(live: StoredObject, { manager, operation }: Writer, part: object): StoredObject {
  const isOwn = (entry: ManagedFieldsEntry) => entry.manager === manager && entry.operation === operation;
  const entries = live.metadata.managedFields ?? [];
  const others = entries.filter((entry) => !isOwn(entry));
  const had = entries.filter(isOwn).flatMap(ownedBy);
  const keys = keysOf(part);
  const given = operation === "Apply" ? without(without(had, keys), others.flatMap(ownedBy)) : [];
  const merged = mergePatch(mergePatch(live, part), nothingAt(given)) as StoredObject;
  const changed = keys.filter((path) => at(live, path) !== at(part, path));
  const mine =
    operation === "Apply" ? keys : [...without(had, changed), ...changed.filter((path) => at(part, path) !== null)];
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const own = mine.length === 0 ? [] : [{ manager, operation, time, fieldsV1: fieldsOf(mine) }];
  const left = others.map((entry) => ({ ...entry, fieldsV1: lessOf(entry, changed) }));
  return { ...merged, metadata: { ...merged.metadata, managedFields: [...left, ...own] } };
}

/** Whether an apply gives another value to what the manager has not applied itself. */
export function takesFrom(live: StoredObject, manager: string, part: object): boolean {
  const applied = (live.metadata.managedFields ?? [])
    .filter((entry) => entry.manager === manager && entry.operation === "Apply")
    .flatMap(ownedBy);
  return without(keysOf(part), applied).some((path) => ![undefined, at(part, path)].includes(at(live, path)));
}

/** What is left of an entry's fields. */
function lessOf(entry: ManagedFieldsEntry, lost: Owned): unknown {
  const owned = ownedBy(entry);
  return without(owned, lost).length === owned.length ? entry.fieldsV1 : fieldsOf(without(owned, lost));
}
