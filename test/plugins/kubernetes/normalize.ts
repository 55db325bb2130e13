import { hasUnknown, isPlainMap, type Plain, type PlainMap } from "../shared/value";
import { isBuiltIn, isCrd, isSecret } from "./kinds";
import { at, gvkOf, withAt, without, type KubeObject } from "./object";

const READ_ONLY = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];
const EMPTY_MEANS_ABSENT = [["data"], ["binaryData"], ["metadata", "labels"], ["metadata", "annotations"]];
const QUANTITIES: ReadonlySet<string> = new Set(["limits", "requests", "capacity", "hard"]);

/** Base64 as the API server writes it back: without line breaks. What is no base64 is left for the server to refuse. */
function normalBase64(value: Plain): Plain {
  if (typeof value !== "string") return value;
  const joined = value.replace(/[\r\n]/g, "");
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(joined) ? joined : value;
}

function normalSecret(object: KubeObject): KubeObject {
  const { stringData, ...others } = object;
  const data = isPlainMap(object["data"]) ? object["data"] : {};
  if (isPlainMap(stringData) && Object.keys(stringData).length > 0) {
    const encoded = Object.entries(stringData).map(([key, value]) => [
      key,
      Buffer.from(typeof value === "string" ? value : "").toString("base64"),
    ]);
    return { ...others, data: { ...data, ...(Object.fromEntries(encoded) as PlainMap) } };
  }
  if (Object.keys(data).length === 0) return object;
  return {
    ...object,
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, normalBase64(value)])),
  };
}

/** A quantity in canonical form where it is written in thousandths: `1000m` is `1`. */
function normalQuantity(value: Plain): Plain {
  if (typeof value === "number") return String(value);
  const milli = typeof value === "string" ? /^(\d+)m$/.exec(value)?.[1] : undefined;
  return milli !== undefined && Number(milli) % 1000 === 0 ? String(Number(milli) / 1000) : value;
}

function normalTree(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(normalTree);
  if (!isPlainMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (item === null) return [];
      if (!QUANTITIES.has(key) || !isPlainMap(item)) return [[key, normalTree(item)]];
      return [[key, Object.fromEntries(Object.entries(item).map(([name, amount]) => [name, normalQuantity(amount)]))]];
    }),
  );
}

function normalBuiltIn(object: KubeObject): KubeObject {
  const tree = normalTree(object);
  return EMPTY_MEANS_ABSENT.reduce<KubeObject>(
    (result, path) => {
      const value = at(result, ...path);
      return isPlainMap(value) && Object.keys(value).length === 0 ? withAt(result, path, undefined) : result;
    },
    isPlainMap(tree) ? tree : object,
  );
}

function normalCrd(object: KubeObject): KubeObject {
  const others = without(object, "status");
  return at(others, "spec", "preserveUnknownFields") === false
    ? withAt(others, ["spec", "preserveUnknownFields"], undefined)
    : others;
}

/**
 * Inputs in the form in which the server would store them, so that equal meanings give no diff; what the server alone
 * writes is removed. A Secret's `stringData` becomes `data`. Custom resources and inputs with unknowns stay as they are.
 *
 * The plugin does this with Kubernetes' Go types; this knows the same rules for Secrets, CRDs, quantities and empty maps, no more.
 */
export function normalize(object: KubeObject): KubeObject {
  const known = isBuiltIn(gvkOf(object)) && !hasUnknown(object);
  const normal = !known
    ? object
    : isSecret(object)
      ? normalSecret(object)
      : isCrd(object)
        ? normalCrd(object)
        : normalBuiltIn(object);
  return READ_ONLY.reduce((result, key) => withAt(result, ["metadata", key], undefined), normal);
}
