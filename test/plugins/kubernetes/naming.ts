import type { CheckRequest } from "../shared/provider";
import { hex8, parseUrn } from "../shared/urn";
import { isMap, isUnknown, type PropertyMap } from "../shared/value";
import { annotation, nameOf, withAt, withName, type KubeObject } from "./object";

const AUTONAMED = "pulumi.com/autonamed";

export const isAutonamed = (object: KubeObject) => annotation(object, AUTONAMED) === "true";

/** Whether the program gave a name, be it one that is not known yet. */
export function isNamed(object: KubeObject, given: PropertyMap): boolean {
  const metadata = given["metadata"];
  return nameOf(object) !== "" || (isMap(metadata) && isUnknown(metadata["name"]));
}

function autonamed(object: KubeObject, name: string): KubeObject {
  return withAt(withName(object, name), ["metadata", "annotations", AUTONAMED], "true");
}

/** Names an object that has no name: as it was named before, as the engine proposes, or by the resource's name and eight hex digits. */
export function assignName(object: KubeObject, old: KubeObject, request: CheckRequest): KubeObject {
  if (isNamed(object, request.news)) return object;
  if (Object.keys(old).length > 0) return isAutonamed(old) ? autonamed(object, nameOf(old)) : object;
  if (request.autonaming?.mode === "disable") {
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
  return autonamed(object, request.autonaming?.name ?? `${parseUrn(request.urn).name}-${hex8(request.seed)}`);
}

/** The field manager: an annotation's, the state's, or one made up. */
export function fieldManagerName(object: KubeObject, before: string | undefined): string {
  return annotation(object, "pulumi.com/patchFieldManager") || before || `pulumi-kubernetes-${hex8(undefined)}`;
}
