import type { z } from "zod";

/** The schemas that a step of a path leads to. A key leads into a record, and a number into a list, whatever it is. */
function step(schema: z.core.$ZodType, key: PropertyKey): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.hasOwn(def.shape, key) ? [def.shape[String(key)] ?? []].flat() : [];
    case "record":
      return [def.valueType];
    case "array":
      return [def.element];
    default:
      return [];
  }
}

/** What a schema is once nothing is wrapped around it: each form of a union, the input of what is transformed. */
function plain(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return plain(def.innerType);
    case "pipe":
      return plain(def.in);
    case "union":
      return def.options.flatMap(plain);
    default:
      return [schema];
  }
}

/** The keys that a schema knows at a path; none where it takes any. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<readonly z.core.$ZodType[]>(
    (schemas, key) => schemas.flatMap((each) => step(each, key)).flatMap(plain),
    plain(schema),
  );
  return found.flatMap((each) => {
    const { def } = (each as z.core.$ZodTypes)._zod;
    return def.type === "object" ? Object.keys(def.shape) : [];
  });
}
