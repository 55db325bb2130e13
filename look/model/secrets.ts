import { isObject } from "../../components/basics/model/json";

/** A text that must not be in an archive, and what it is, in words that may. */
export interface Secret {
  readonly what: string;
  readonly text: string;
}

/** Shorter texts are words that stand anywhere. */
export const SHORTEST_SECRET = 8;

const long = (all: readonly Secret[]): readonly Secret[] =>
  all.filter(({ text }) => text.trim().length >= SHORTEST_SECRET);

/** What of a user in a kubeconfig is no secret: paths, programs and names. */
const OPEN = new Set([
  ...["username", "client-certificate", "client-key", "tokenFile", "command", "apiVersion", "installHint"],
  ...["name", "interactiveMode", "provideClusterInfo", "as", "as-uid"],
]);

/** Every text somewhere in a value, with its path, but for what is under an open key. */
function textsIn(value: unknown, path: string): readonly Secret[] {
  if (typeof value === "string") return [{ what: path, text: value }];
  if (Array.isArray(value)) return value.flatMap((each: unknown) => textsIn(each, path));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => (OPEN.has(key) ? [] : textsIn(each, `${path} ${key}`)));
}

/** The secrets of a kubeconfig: all that its users have to log in with. */
export function kubeconfigSecrets(kubeconfig: unknown): readonly Secret[] {
  const users = isObject(kubeconfig) && Array.isArray(kubeconfig["users"]) ? (kubeconfig["users"] as unknown[]) : [];
  const texts = users.flatMap((user) => textsIn(isObject(user) ? user["user"] : undefined, "kubeconfig"));
  const decoded = texts.flatMap(({ what, text }) =>
    what.endsWith("-data") ? [{ what, text: Buffer.from(text, "base64").toString() }] : [],
  );
  return long([...texts, ...decoded]);
}

/** The values of Secrets: of a List as JSON parses it. */
export function secretValues(list: unknown): readonly Secret[] {
  const items = isObject(list) && Array.isArray(list["items"]) ? (list["items"] as unknown[]) : [];
  return long(
    items.filter(isObject).flatMap(({ kind, metadata, data }) => {
      if (kind !== "Secret" || !isObject(data)) return [];
      const name = isObject(metadata) ? String(metadata["name"]) : "?";
      return Object.entries(data).flatMap(([key, value]) =>
        typeof value === "string"
          ? [{ what: `Secret ${name} ${key}`, text: Buffer.from(value, "base64").toString() }]
          : [],
      );
    }),
  );
}

const HIDDEN_KEYS = new Set(["kubeconfig", "privateKey"]);

/** A configuration with what of it is secret, though it is not encrypted, taken out; and that. */
export function withoutPlainSecrets(value: unknown): { readonly value: unknown; readonly secrets: readonly Secret[] } {
  if (Array.isArray(value)) {
    const all = value.map((each: unknown) => withoutPlainSecrets(each));
    return { value: all.map((each) => each.value), secrets: all.flatMap(({ secrets }) => secrets) };
  }
  if (!isObject(value)) return { value, secrets: [] };
  const entries = Object.entries(value).map(([key, each]) => {
    if (HIDDEN_KEYS.has(key) && typeof each === "string") {
      return { entry: [key, "[removed]"] as const, secrets: long([{ what: `configuration ${key}`, text: each }]) };
    }
    const inner = withoutPlainSecrets(each);
    return { entry: [key, inner.value] as const, secrets: inner.secrets };
  });
  return {
    value: Object.fromEntries(entries.map(({ entry }) => entry)),
    secrets: entries.flatMap(({ secrets }) => secrets),
  };
}
