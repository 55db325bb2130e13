import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, type Document, type Node } from "yaml";
import { attempt } from "../../basics/model/attempt";
import { byteLength } from "../../basics/model/bounded";
import { foreignYaml, LONGEST_TEXT } from "../../basics/model/foreignYaml";
import { isObject, type Json } from "../../basics/model/json";

/** The role that clustermesh-apiserver makes for peers: it reads what a peer needs. */
export const PEER_ROLE = "remote";

/** kubectl gets a patch as one argument, which may have no more than 128 KiB. */
const LONGEST_WRITTEN = 96 * 1024;

/** A file of users that cannot be read, or not be changed. The message says what is wrong with it. */
export class UnreadableUsers extends Error {
  override readonly name = "UnreadableUsers";
}

/** A user of the file, as far as anything here depends on it. */
export interface UserEntry {
  readonly name: string;
  readonly role: unknown;
}

/** What a file of users has. */
export interface UsersFile {
  readonly entries: readonly UserEntry[];
  /** Whether it has more than a list of users. */
  readonly hasMore: boolean;
}

/** A change of a file: users that go, by name, and users that come, which are not there. */
export interface UsersChange {
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

function isEntry(value: unknown): value is UserEntry & Json {
  return isObject(value) && typeof value["name"] === "string";
}

/** The whole content, with a list of users where it has none. */
function contentOf(text: string): Json & { readonly users: readonly (UserEntry & Json)[] } {
  const content = foreignYaml(text) ?? (text.trim() === "" || isOnlyComments(text) ? {} : undefined);
  if (!isObject(content))
    throw new UnreadableUsers("is no YAML with a list `users`, or longer than such a list can be");
  const users: unknown = content["users"] ?? [];
  if (!Array.isArray(users)) throw new UnreadableUsers("has something else than a list under `users`");
  if (!users.every(isEntry)) throw new UnreadableUsers("has an entry under `users` that has no `name`");
  return { ...content, users };
}

const isOnlyComments = (text: string): boolean => text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));

/**
 * Reads a file of users.
 *
 * @param text Absent where there is none.
 * @throws UnreadableUsers where clustermesh-apiserver could not read it either, or it is larger than any such file.
 */
export function parseUsers(text: string | undefined): UsersFile {
  const { users, ...more } = contentOf(text ?? "");
  return { entries: users.map(({ name, role }) => ({ name, role })), hasMore: Object.keys(more).length > 0 };
}

/** Those of some users whom a file does not have in the role that a peer needs. @throws UnreadableUsers where it cannot be read. */
export function missingUsers(text: string | undefined, users: readonly string[]): readonly string[] {
  const { entries } = parseUsers(text);
  const have = new Set(entries.filter(({ role }) => role === PEER_ROLE).map(({ name }) => name));
  return users.filter((user) => !have.has(user));
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

const DASH = /^ *- +$/;

interface Lines {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** Which lines an entry of a block list has; `undefined` where it shares them. */
function linesOf(text: string, node: Node): Lines | undefined {
  const [start = 0, , end = 0] = node.range ?? [];
  const from = lineStart(text, start);
  const before = text.slice(from, start);
  return DASH.test(before) ? { from, to: lineEnd(text, end), indent: before.indexOf("-") } : undefined;
}

/** As the chart writes a name; in quotes where it is no name of Cilium's. */
const plain = (name: string): string => (/^[a-z][a-z0-9-]*[a-z0-9]$/.test(name) ? name : JSON.stringify(name));

const entryLines = (names: readonly string[], indent: number): string =>
  names
    .map((name) => `- name: ${plain(name)}\n  role: ${PEER_ROLE}\n`.replace(/^(?=.)/gm, " ".repeat(indent)))
    .join("");

/** Where new entries begin, and how far they are indented; `undefined` where they cannot simply be put between lines. */
function placeOf(text: string, document: Document, lines: readonly (Lines | undefined)[]): Lines | undefined {
  if (lines.length > 0) return lines.at(-1);
  const { contents } = document;
  const pair = isMap(contents) ? contents.items.find(({ key }) => isScalar(key) && key.value === "users") : undefined;
  const [, end] = (pair?.key as Node | undefined)?.range ?? [];
  return end === undefined ? undefined : { from: end, to: lineEnd(text, end), indent: 0 };
}

/** The text with whole lines more or less: all others stay as they are. `undefined` where that cannot be done. */
function editedLines(text: string, isRemoved: (index: number) => boolean, add: readonly string[]): string | undefined {
  if (isOnlyComments(text)) {
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${text}${gap}users:\n${entryLines(add, 0)}`;
  }
  const document = parseDocument(text);
  const users: unknown = isMap(document.contents) ? document.contents.get("users", true) : undefined;
  if (isSeq(users) && users.flow === true) return undefined;
  const lines = (isSeq(users) ? users.items : []).map((item) => linesOf(text, item as Node));
  const place = placeOf(text, document, lines);
  if (place === undefined || lines.includes(undefined)) return undefined;
  const gap = text[place.to - 1] === "\n" ? "" : "\n";
  const cuts = [
    ...lines.flatMap((each, index) => (each !== undefined && isRemoved(index) ? [{ ...each, put: "" }] : [])),
    { from: place.to, to: place.to, put: add.length === 0 ? "" : `${gap}${entryLines(add, place.indent)}` },
  ];
  const edited = cuts.reduceRight((all, { from, to, put }) => `${all.slice(0, from)}${put}${all.slice(to)}`, text);
  return text.endsWith("\n") ? edited : edited.replace(/\n$/, "");
}

/** The same content in a text that is written as a whole, for the other ways in which a list can be written. Comments stay. */
function rewritten(text: string, isRemoved: (index: number) => boolean, add: readonly string[]): string {
  const document = parseDocument(text);
  const added = add.map((name) => ({ name, role: PEER_ROLE }));
  const users: unknown = document.get("users", true);
  if (isSeq(users) && users.items.length > 0) {
    users.items = [
      ...users.items.filter((_, index) => !isRemoved(index)),
      ...added.map((entry) => document.createNode(entry)),
    ];
  } else {
    const kept = contentOf(text).users.filter((_, index) => !isRemoved(index));
    document.set("users", document.createNode([...kept, ...added]));
  }
  return document.toString({ lineWidth: 0, indentSeq: false });
}

/**
 * Changes a file of users. Everybody else's entries stay, with all that they have; the text too, but for the lines of the users that come and
 * go, wherever it is a list with a line for each field, as the chart writes it. Where nothing changes, it is the text as it was.
 *
 * @param text Absent where there is none.
 * @throws UnreadableUsers where it cannot be read, or not be changed without loss.
 */
export function changeUsers(text: string | undefined, { remove, add }: UsersChange): string {
  const before = text ?? "";
  const content = contentOf(before);
  const isRemoved = (index: number) => remove.includes(content.users[index]?.name ?? "");
  const kept = content.users.filter((_, index) => !isRemoved(index));
  if (text !== undefined && add.length === 0 && kept.length === content.users.length) return text;
  const users = [...kept, ...add.map((name) => ({ name, role: PEER_ROLE }))];
  const isRight = (changed: string | undefined): changed is string =>
    changed !== undefined &&
    isDeepStrictEqual(
      attempt(() => contentOf(changed)),
      { ...content, users },
    );
  const lines = attempt(() => editedLines(before, isRemoved, add));
  // What is only too long must not be written as a whole, in fewer words.
  const changed = [lines, isTooLong(lines) ? undefined : attempt(() => rewritten(before, isRemoved, add))].find(
    isRight,
  );
  if (changed === undefined) {
    throw new UnreadableUsers(
      isTooLong(lines)
        ? "would get longer than it can be read again"
        : "is written in a way in which users cannot be added or taken away",
    );
  }
  if (byteLength(JSON.stringify(changed)) > LONGEST_WRITTEN) {
    throw new UnreadableUsers("would get longer than what kubectl can be given at once");
  }
  return changed;
}

const isTooLong = (text: string | undefined): boolean => text !== undefined && text.length > LONGEST_TEXT;
