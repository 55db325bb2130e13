import type { LiveObject } from "../../kubernetes/model/liveObject";
import { dataOwners } from "../../kubernetes/model/managedFields";
import { notAmong, type ManagedObject } from "../../kubernetes/model/managedObject";
import { FIELD_MANAGER, KEYS_ANNOTATION, OWNER_ANNOTATION } from "../../kubernetes/model/ownership";
import { KVSTOREMESH_SECRET } from "../../peers/model/peerFile";

/** What is done about an object of this stack's that is to go. */
export type Removal =
  | { readonly kind: "delete" }
  /** It has what others put there, or was there before: only our part of it goes. */
  | { readonly kind: "strip"; readonly keys: readonly string[]; readonly kept: readonly string[] }
  /** It is not this stack's, or not any more. */
  | { readonly kind: "leave"; readonly why: string };

function whose({ metadata }: LiveObject): string {
  const owner = metadata.annotations?.[OWNER_ANNOTATION];
  if (owner !== undefined) {
    return `it belongs to stack ${JSON.stringify(owner)}`;
  }
  const maker = metadata.managedFields?.[0]?.manager;
  const made = maker === undefined ? "" : `, and was made by ${JSON.stringify(maker)}`;
  return `it has no mark of this stack${made}`;
}

/** The keys of a Secret that this stack has put there: those that it lists, and those that it owns. */
export function ownKeys({ metadata, data = {} }: LiveObject): readonly string[] {
  const listed = new Set((metadata.annotations?.[KEYS_ANNOTATION] ?? "").split(","));
  const isOwn = (key: string) =>
    listed.has(key) || dataOwners(metadata.managedFields ?? [], key).includes(FIELD_MANAGER);
  return Object.keys(data).filter(isOwn);
}

/** A Secret that may have others' keys beside ours: only those of ours go, and the Secret with them where it was not there before. */
export interface SharedSecret {
  readonly wasThere: boolean;
}

/**
 * Decides from an object's own metadata how to remove it: another owner may have replaced it since, or added to it.
 *
 * @param shared For a Secret that is not ours as a whole.
 */
export function planRemoval(object: LiveObject, owner: string, shared?: SharedSecret): Removal {
  if (object.metadata.annotations?.[OWNER_ANNOTATION] !== owner) {
    return { kind: "leave", why: whose(object) };
  }
  if (shared === undefined) {
    return { kind: "delete" };
  }
  const keys = ownKeys(object);
  const kept = Object.keys(object.data ?? {}).filter((key) => !keys.includes(key));
  return kept.length === 0 && !shared.wasThere ? { kind: "delete" } : { kind: "strip", keys, kept };
}

/** Objects that go, and those that go only when no agent reads a cache any more. */
export interface RemovalSteps {
  readonly first: readonly ManagedObject[];
  /** Empty where the agents read their peers themselves. */
  readonly caches: readonly ManagedObject[];
}

const isSecret = (name: string) => (object: ManagedObject) => object.resource === "secrets" && object.name === name;

/** Whether a cluster's agents read a cache, of what its KVStoreMesh is given. */
export const hasCaches = (managedObjects: readonly ManagedObject[]): boolean =>
  managedObjects.some(isSecret(KVSTOREMESH_SECRET));

const isCache = isSecret(KVSTOREMESH_SECRET);

const withCachesLast = (objects: readonly ManagedObject[]): RemovalSteps => ({
  first: objects.filter((object) => !isCache(object)),
  caches: objects.filter(isCache),
});

/**
 * What goes of the objects that a stack had in a cluster and does not declare any more, while the cluster stays in the mesh. Agents read the cache of
 * KVStoreMesh until they are given another Secret, which is later.
 */
export const undeclared = (before: readonly ManagedObject[], now: readonly ManagedObject[]): RemovalSteps =>
  withCachesLast(notAmong(before, now));

/**
 * In which order objects go. A peer that is taken from KVStoreMesh is without a configuration in its cache at once, and without the rest after three
 * minutes: so agents are rid of it before.
 */
export const removalSteps = (managedObjects: readonly ManagedObject[], peerSecret: string): RemovalSteps =>
  managedObjects.some(isSecret(peerSecret)) ? withCachesLast(managedObjects) : { first: managedObjects, caches: [] };
