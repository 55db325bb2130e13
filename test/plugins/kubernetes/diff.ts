import type { DiffRequest, DiffResponse, PropertyDiff } from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { plainMap, type PropertyMap } from "../shared/value";
import { parseCheckpoint } from "./checkpoint";
import { forceNew, type Mutability } from "./forceNew";
import { isPatch } from "./kinds";
import { mergePatch } from "./mergePatch";
import { isAutonamed, isNamed } from "./naming";
import { normalize } from "./normalize";
import {
  apiVersionOf,
  gvkOf,
  kindOf,
  nameOf,
  namespaceOf,
  withAt,
  withName,
  withNamespace,
  type KubeObject,
} from "./object";
import { patchDiff } from "./patchDiff";
import { parse } from "./propertyPath";
import { prune } from "./prune";

interface Pair {
  readonly old: KubeObject;
  readonly now: KubeObject;
}

/** Old and new in a form in which equal meanings are equal. */
function comparable(live: KubeObject, inputs: KubeObject, now: KubeObject, namespaced: boolean): Pair {
  const pruned = prune(live, inputs);
  const scope = (object: KubeObject) => withNamespace(object, namespaced ? namespaceOf(object) || "default" : "");
  const typed =
    kindOf(pruned) === "" && apiVersionOf(pruned) === ""
      ? { ...pruned, apiVersion: apiVersionOf(now), kind: kindOf(now) }
      : pruned;
  const scoped = withAt(scope(typed), ["metadata", "resourceVersion"], undefined);
  return { old: nameOf(now) === "" ? scoped : withName(scoped, nameOf(live)), now: scope(now) };
}

function ignored(
  diffs: ReadonlyMap<string, PropertyDiff>,
  paths: readonly string[],
): ReadonlyMap<string, PropertyDiff> {
  const patterns = paths.map(parse);
  const covered = (path: string) => {
    const steps = parse(path);
    return patterns.some(
      (pattern) => pattern.length <= steps.length && pattern.every((step, i) => step === "*" || step === steps[i]),
    );
  };
  return new Map([...diffs].filter(([path]) => !covered(path)));
}

/** The kind whose scope a diff depends on. */
export const diffedKind = (news: PropertyMap) => gvkOf(plainMap(news));

/**
 * Compares new inputs with the object as it was last seen, as far as the old inputs had a say in it. So what a refresh found on the
 * cluster shows as a diff, and what the server or others added does not.
 */
export function diffObject(request: DiffRequest, namespaced: boolean, mutable: Mutability): DiffResponse {
  const { inputs, live } = parseCheckpoint(request.olds);
  if (nameOf(live) === "") throw new Error(`expected live object name to be nonempty: ${request.urn}`);
  const news = normalize(plainMap(request.news));
  const { old, now } = comparable(live, normalize(inputs), news, namespaced);
  const patch = mergePatch(old, now);
  if (Object.keys(patch).length === 0) return { changes: false, detailed: new Map() };
  const patterns = forceNew(now, isPatch(parseUrn(request.urn).type, now), mutable);
  const detailed = ignored(patchDiff(patch, old, now, patterns), request.ignoreChanges);
  const replaces = [...detailed].filter(
    ([path, { kind, replace }]) => replace || (kind === "delete" && path === "metadata"),
  );
  const sameObject = nameOf(now) === nameOf(live) && namespaceOf(now) === namespaceOf(live);
  return {
    changes: detailed.size > 0,
    detailed,
    replaces: replaces.map(([path]) => path),
    // A name that is made up can be made up again, so the new object comes first; a given one must be free before.
    deleteBeforeReplace: replaces.length > 0 && isNamed(now, request.news) && !isAutonamed(now) && sameObject,
  };
}
