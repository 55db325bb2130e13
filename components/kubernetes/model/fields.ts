/**
 * What is wanted of an object, in the form that the object has: strings (`text`), any other value (`json`), objects in it, and lists of objects
 * by the fields of their elements. No name may have a dot.
 */
export interface Fields {
  readonly [name: string]: "text" | "json" | Fields | readonly [Fields];
}

type Field = Fields[string];

const isList = (field: Field): field is readonly [Fields] => Array.isArray(field);

const ELEMENT = "+";
const NO_MORE = "-";

function templateOf(fields: Fields, at: string, mark: string): string {
  const literal = (text: string) => `{${JSON.stringify(text)}}`;
  return Object.entries(fields)
    .map(([name, field]) => {
      const path = `${at}.${name}`;
      if (typeof field === "string") return `{${path}}${literal(mark)}`;
      if (!isList(field)) return templateOf(field, path, mark);
      const element = `${literal(ELEMENT + mark)}${templateOf(field[0], "", mark)}`;
      return `{range ${path}[*]}${element}{end}${literal(NO_MORE + mark)}`;
    })
    .join("");
}

/**
 * The jsonpath by which kubectl prints these fields of each object of a list, and nothing else: whole objects of a large cluster are more than
 * can be kept.
 *
 * @param mark Stands after every value. It must be one that nobody can have put into the cluster, and its first character only there.
 */
export const fieldsTemplate = (fields: Fields, mark: string): string => templateOf({ items: [fields] }, "", mark);

/** Another form than that of the template: cut off, or from something else than kubectl. */
const unasked = (cause?: unknown) =>
  new Error("kubectl has printed something that is not what it was asked for", { cause });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unasked(error);
  }
}

function readField(field: Field, next: () => string): unknown {
  if (typeof field === "string") {
    const text = next();
    return text === "" ? undefined : field === "text" ? text : jsonOf(text);
  }
  if (isList(field)) {
    const list: object[] = [];
    for (let token = next(); token !== NO_MORE; token = next()) {
      if (token !== ELEMENT) throw unasked();
      list.push(readObject(field[0], next));
    }
    return list;
  }
  const object = readObject(field, next);
  return Object.keys(object).length === 0 ? undefined : object;
}

function readObject(fields: Fields, next: () => string): object {
  const read = Object.entries(fields).map(([name, field]) => [name, readField(field, next)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/**
 * Reads what kubectl has printed for {@link fieldsTemplate}: the objects with these fields. What is absent, empty or an object without any of
 * them is left out.
 *
 * @throws Error when the text has another form.
 */
export function parseFields(text: string, fields: Fields, mark: string): readonly unknown[] {
  const tokens = text.split(mark).values();
  const next = () => {
    const { value, done } = tokens.next();
    if (done === true) throw unasked();
    return value;
  };
  const items = readField([fields], next);
  if (next() !== "" || tokens.next().done !== true || !Array.isArray(items)) throw unasked();
  return items;
}
