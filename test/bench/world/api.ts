/** An object of Kubernetes as JSON. */
export type KubeObject = Readonly<Record<string, unknown>>;

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  ConfigMap: "configmaps",
  Secret: "secrets",
  DaemonSet: "daemonsets",
  Deployment: "deployments",
};

/** What names an object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** The path of an object of `kube-system`, or of that namespace itself. */
export function pathOf({ apiVersion, kind, name }: ObjectName): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURALS[kind];
  if (plural === undefined) {
    throw new Error(`the bench has no path for objects of kind ${kind}`);
  }
  return kind === "Namespace" ? `${group}/${plural}/${name}` : `${group}/namespaces/kube-system/${plural}/${name}`;
}

async function call(url: string, method: string, body?: object, type = "application/json"): Promise<Response> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": type } };
  return fetch(url, { method, ...init });
}

async function must(response: Response): Promise<KubeObject> {
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${response.url}: ${String(response.status)} ${text.slice(0, 500)}`);
  }
  return JSON.parse(text) as KubeObject;
}

/** Reads an object; nothing where there is none. */
export async function read(server: string, path: string): Promise<KubeObject | undefined> {
  const response = await call(server + path, "GET");
  if (response.status === 404) {
    await response.text();
    return undefined;
  }
  return must(response);
}

/** Server-side apply, whatever manager owns the fields. */
export async function apply(server: string, path: string, manager: string, object: KubeObject): Promise<void> {
  const url = `${server}${path}?fieldManager=${manager}&force=true`;
  await must(await call(url, "PATCH", object, "application/apply-patch+yaml"));
}

/** Deletes an object, if it is there. */
export async function remove(server: string, path: string): Promise<void> {
  const response = await call(server + path, "DELETE", { propagationPolicy: "Background" });
  await (response.status === 404 ? response.text() : must(response));
}
