import { parse } from "yaml";

/**
 * Several clusters on one API server: each has the namespace `kube-system-<number>` to itself, and a proxy before the API server calls it
 * `kube-system` towards the client. So each has a `kube-system` with a uid of its own, which is what tells clusters apart.
 */
const SYSTEM = "kube-system";

/** Number 0 is the API server as it is. */
const real = (cluster: number): string => (cluster === 0 ? SYSTEM : `${SYSTEM}-${String(cluster)}`);

/** A request's path, as the API server is to get it. */
export const realPath = (path: string, cluster: number): string =>
  path.replace(/\/namespaces\/kube-system(?=[/?]|$)/, `/namespaces/${real(cluster)}`);

/** The value with the namespace's name for its name at every one of the keys; text inside of texts stays as it is. */
function renamed(value: unknown, keys: readonly string[], cluster: number): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => renamed(item, keys, cluster));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      item === SYSTEM && keys.includes(key) ? real(cluster) : renamed(item, keys, cluster),
    ]),
  );
}

/** The body of a request, as the API server is to get it: in JSON, which is YAML too. */
export function realBody(
  body: string,
  { path, type }: { readonly path: string; readonly type: string },
  cluster: number,
): string {
  if (body === "") {
    return body;
  }
  const object: unknown = type.includes("yaml") ? parse(body) : JSON.parse(body);
  const isNamespaceItself = /^\/api\/v1\/namespaces(\/[^/]+)?$/.test(path.replace(/\?.*$/, ""));
  return JSON.stringify(renamed(object, isNamespaceItself ? ["namespace", "name"] : ["namespace"], cluster));
}

/** A part of an answer for the client, in whole lines. */
export function virtualBody(text: string, cluster: number): string {
  return text.replaceAll(new RegExp(`\\b${real(cluster)}(?![0-9a-z-])`, "g"), SYSTEM);
}
