/** What kubectl prints of a value for a template of fields, all of a list or map, items of a list by a field, literals and ranges. */
export function printJsonPath(template: string, root: unknown): string {
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null;
  const step = (value: unknown, key: string): readonly unknown[] => {
    if (!isObject(value)) return [];
    if (key === "*" || key === "[*]") return Object.values(value);
    const [, field = "", wanted] = /^\[\?\(@\.(\w+)=="(.*)"\)\]$/.exec(key) ?? [];
    if (wanted !== undefined) return Object.values(value).filter((item) => isObject(item) && item[field] === wanted);
    return value[key] === undefined ? [] : [value[key]];
  };
  const at = (value: unknown, path: string): readonly unknown[] =>
    (path.match(/\[\?[^\]]*\]|\[\*\]|[^.[\]]+/g) ?? []).reduce<readonly unknown[]>(
      (seen, key) => seen.flatMap((each) => step(each, key)),
      [value],
    );
  const shown = (value: unknown): string => {
    if (value === undefined || value === null) return "";
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const endOf = (tokens: readonly string[]): number => {
    let depth = 1;
    return tokens.findIndex((token) => {
      depth += token.startsWith("{range ") ? 1 : token === "{end}" ? -1 : 0;
      return depth === 0;
    });
  };
  const run = (tokens: readonly string[], value: unknown): string => {
    const [token, ...rest] = tokens;
    if (token === undefined) return "";
    const inside = token.slice(1, -1);
    if (inside.startsWith('"')) return (JSON.parse(inside) as string) + run(rest, value);
    if (!inside.startsWith("range ")) return at(value, inside).map(shown).join(" ") + run(rest, value);
    const end = endOf(rest);
    return at(value, inside.slice("range ".length))
      .map((item) => run(rest.slice(0, end), item))
      .concat(run(rest.slice(end + 1), value))
      .join("");
  };
  return run(template.match(/\{[^}]*\}/g) ?? [], root);
}

/** What kubectl prints of a value as its arguments want it: by a template, or as JSON. */
export function printAsAsked(args: readonly string[], value: unknown): string {
  const how = args.find((arg) => /^(--output=)?jsonpath=/.test(arg));
  return how === undefined ? JSON.stringify(value) : printJsonPath(how.slice(how.indexOf("jsonpath=") + 9), value);
}

/** The same as source, for a kubectl of the tests' own: `printAsAsked(args, value)`. */
export const PRINT_AS_ASKED = [
  // What compiles the tests wraps functions to keep their names.
  "const __name = (value) => value;",
  printJsonPath.toString(),
  printAsAsked.toString(),
].join("\n");
