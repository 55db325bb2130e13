/** An object of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The texts of a list; of anything else none. */
export function texts(values: unknown): readonly string[] {
  return listOf(values).filter((value) => typeof value === "string");
}

/** A list as it is; anything else as none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
