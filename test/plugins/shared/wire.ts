import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isMap, isSecret, isUnknown, secret, UNKNOWN, type PropertyMap, type Value } from "./value";

// Markers of Pulumi's wire format (sdk/go/common/resource/plugin/rpc.go and asset.go of pulumi/pulumi).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWNS: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, and what every SDK sends when it does not know the type
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function decode(raw: JavaScriptValue): Value {
  if (typeof raw === "string") return UNKNOWNS.has(raw) ? UNKNOWN : raw;
  if (raw === null || typeof raw !== "object") return raw;
  if (Array.isArray(raw)) return raw.map(decode);
  const map: Record<string, JavaScriptValue> = raw as Record<string, JavaScriptValue>;
  const inner = map["value"];
  if (map[SIGNATURE] === SECRET) return secret(decode(inner ?? null));
  if (map[SIGNATURE] === OUTPUT) {
    const value = inner === undefined ? UNKNOWN : decode(inner);
    return map["secret"] === true ? secret(value) : value;
  }
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, decode(value)]));
}

function encode(value: Value): JavaScriptValue {
  if (isSecret(value)) return { [SIGNATURE]: SECRET, value: encode(value.value) };
  if (isUnknown(value)) return UNKNOWN_STRING;
  if (value === null || typeof value !== "object") return value;
  if (!isMap(value)) return value.map(encode);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

/** Properties out of a protobuf struct, with secrets and unknowns as classes. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  const value = decode(struct?.toJavaScript() ?? {});
  return isMap(value) ? value : {};
}

/** Properties into a protobuf struct, secrets and unknowns marked as Pulumi's engine marks them. */
export function toStruct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(Object.fromEntries(Object.entries(map).map(([key, value]) => [key, encode(value)])));
}
