import { isPlainMap, type Plain, type PlainMap } from "../shared/value";
import { parse } from "./propertyPath";
import { at, withAt, type KubeObject } from "./object";

/** Managers whose fields an update takes over, by the start of their name and their operation. */
const OURS: readonly (readonly [string, "Apply" | "Update"])[] = [
  ["kubectl", "Apply"],
  ["kubectl", "Update"],
  ["before-first-apply", "Update"],
  ["pulumi-kubernetes", "Update"],
  ["pulumi-resource-kubernetes", "Update"],
];

export function managedFields(object: KubeObject): readonly PlainMap[] {
  const entries = at(object, "metadata", "managedFields");
  return Array.isArray(entries) ? entries.filter(isPlainMap) : [];
}

const isOurs = ({ manager, operation, subresource }: PlainMap) =>
  subresource === undefined &&
  OURS.some(([name, kind]) => typeof manager === "string" && manager.startsWith(name) && operation === kind);

function union(left: Plain, right: Plain): Plain {
  if (!isPlainMap(left) || !isPlainMap(right)) return right;
  const both = Object.entries(right).map(([key, value]) => [
    key,
    left[key] === undefined ? value : union(left[key], value),
  ]);
  return { ...left, ...(Object.fromEntries(both) as PlainMap) };
}

/**
 * The managers after what was created by a plain request is handed to the field manager of later applies;
 * undefined when there is nothing to hand over. Without this every first update would conflict with the creation.
 */
export function handedOver(object: KubeObject, fieldManager: string): readonly PlainMap[] | undefined {
  const entries = managedFields(object);
  const isTarget = ({ manager, operation }: PlainMap) => manager === fieldManager && operation === "Apply";
  const moved = entries.filter((entry) => isOurs(entry) && !isTarget(entry));
  const [template] = moved;
  if (template === undefined) return undefined;
  const target = entries.find(isTarget);
  const fieldsV1 = [...(target === undefined ? [] : [target]), ...moved]
    .map((entry) => entry["fieldsV1"] ?? {})
    .reduce<Plain>((all, own) => union(all, own), {});
  const rest = entries.filter((entry) => !isTarget(entry) && !moved.includes(entry));
  return [...rest, { ...(target ?? template), manager: fieldManager, operation: "Apply", fieldsV1 }];
}

/** Whether the creation is still recorded under the plugin's own name. */
export const isCreatedByPlugin = (object: KubeObject) =>
  managedFields(object).some(
    ({ manager, operation }) =>
      operation === "Update" && typeof manager === "string" && /^pulumi-(resource-)?kubernetes(\.exe)?$/.test(manager),
  );

function owns(fields: Plain | undefined, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  return isPlainMap(fields) && fields[`f:${key}`] !== undefined && owns(fields[`f:${key}`], rest);
}

/**
 * Inputs without what `ignoreChanges` names: a field of somebody else's is left out, one of ours keeps its live value.
 * Paths through lists are not looked into, as in the plugin.
 */
export function withIgnored(
  inputs: KubeObject,
  live: KubeObject,
  paths: readonly string[],
  fieldManager: string,
): KubeObject {
  return paths.reduce((result, text) => {
    const path = parse(text);
    const holders = managedFields(live).filter(({ fieldsV1 }) => owns(fieldsV1, path));
    const ours = holders.some(({ manager }) => manager === fieldManager);
    if (holders.length > 0 && !ours) return withAt(result, path, undefined);
    const value = at(live, ...path);
    return value === undefined ? result : withAt(result, path, value);
  }, inputs);
}
