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

/** The JSON body of a request to a path, for the API server. Text inside of texts has its quotes escaped and stays as it is. */
export function realBody(body: string, path: string, cluster: number): string {
  const inside = body.replaceAll(/"namespace"\s*:\s*"kube-system"/g, `"namespace":"${real(cluster)}"`);
  const isNamespaceItself = /^\/api\/v1\/namespaces(\/[^/]+)?$/.test(path.replace(/\?.*$/, ""));
  return isNamespaceItself ? inside.replaceAll(/"name"\s*:\s*"kube-system"/g, `"name":"${real(cluster)}"`) : inside;
}

/** A part of an answer for the client, in whole lines. */
export function virtualBody(text: string, cluster: number): string {
  return text.replaceAll(new RegExp(`\\b${real(cluster)}(?![0-9a-z-])`, "g"), SYSTEM);
}
