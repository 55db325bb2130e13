import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

// Markers of Pulumi's wire format (sdk/go/common/resource/plugin/rpc.go of pulumi/pulumi).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** A secret as an engine sends it. */
export const secretOf = (value: JavaScriptValue): JavaScriptValue => ({ [SIGNATURE]: SECRET, value });

/** An output of a resource. Without a value it is not known yet. */
export const outputOf = (
  output: {
    readonly value?: JavaScriptValue;
    readonly secret?: boolean;
    readonly dependencies?: readonly string[];
  } = {},
): JavaScriptValue => ({ [SIGNATURE]: OUTPUT, ...output, dependencies: [...(output.dependencies ?? [])] });

const isMap = (value: JavaScriptValue): value is Record<string, JavaScriptValue> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a secret as a whole. */
export const isSecret = (value: JavaScriptValue | undefined): boolean =>
  value !== undefined &&
  isMap(value) &&
  (value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT && value["secret"] === true));

/** The same without what is secret of it. */
export function publicOf(value: JavaScriptValue): JavaScriptValue {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(publicOf);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, publicOf(each)])) : value;
}
