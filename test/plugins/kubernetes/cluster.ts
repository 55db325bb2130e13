import { Api } from "./api";
import { Client } from "./client";
import { Discovery } from "./discovery";
import { ambientKubeconfig, connection, parseKubeconfig } from "./kubeconfig";
import { builtInScope } from "./kinds";
import type { Gvk } from "./object";
import type { Settings } from "./settings";

/** A cluster that answers, or why it does not. The default namespace is known either way if the kubeconfig can be read. */
export type Cluster = { readonly namespace: string } & (
  | { readonly kind: "reachable"; readonly api: Api; readonly discovery: Discovery }
  | { readonly kind: "unreachable"; readonly reason: string }
);

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Connects as the provider is configured. A cluster that cannot be reached is no error yet: previews go on without it. */
export async function connectCluster(settings: Settings, cancelled: AbortSignal): Promise<Cluster> {
  let namespace = settings.namespace;
  let client: Client;
  try {
    const config = settings.kubeconfig === "" ? ambientKubeconfig() : parseKubeconfig(settings.kubeconfig);
    const target = connection(config, settings.context, settings.cluster);
    namespace ||= target.namespace;
    client = new Client(target, settings.timeout, cancelled);
  } catch (error) {
    return {
      kind: "unreachable",
      namespace,
      reason: `unable to load Kubernetes client configuration from kubeconfig file: ${words(error)}`,
    };
  }
  const discovery = new Discovery(client);
  try {
    await discovery.refresh();
  } catch (error) {
    return {
      kind: "unreachable",
      namespace,
      reason: `unable to load schema information from the API server: ${words(error)}`,
    };
  }
  return { kind: "reachable", namespace, api: new Api(client, discovery), discovery };
}

/** Whether a kind lives in a namespace; one that nobody knows yet is assumed to. */
export async function isNamespaced(cluster: Cluster, gvk: Gvk): Promise<boolean> {
  const builtIn = builtInScope(gvk);
  if (builtIn !== undefined) return builtIn;
  if (cluster.kind === "unreachable") return true;
  try {
    return (await cluster.discovery.find({ ...gvk, kind: gvk.kind })).namespaced;
  } catch {
    return true;
  }
}

/** Whether the API server serves a kind right now. */
export async function serves(cluster: Cluster, gvk: Gvk): Promise<boolean> {
  if (cluster.kind === "unreachable") return false;
  try {
    await cluster.discovery.find(gvk);
    return true;
  } catch {
    return false;
  }
}
