import { randomBytes } from "node:crypto";
import { up } from "../../../lab";
import type { PlainMap } from "../shared/value";
import { ApiError, ApiServer } from "./apiServer";
import { PLUGIN_LAB } from "./lab";
import type { KubeObject } from "./object";
import { Plugin } from "./plugin";

const CONTEXT = "cluster1";

/** A real API server, spoken to besides the plugin: to prepare what it finds and to see what it left. */
export class Cluster {
  private constructor(
    readonly kubeconfig: string,
    /** A namespace of this test file alone. */
    readonly namespace: string,
    private readonly api: ApiServer,
  ) {}

  /** Joins the lab of the plugin tests, starting it if need be, and makes a namespace in it. */
  static async join(): Promise<Cluster> {
    const { kubeconfig } = await up({ name: PLUGIN_LAB, clusters: 1 });
    const namespace = `test-${randomBytes(4).toString("hex")}`;
    const cluster = new Cluster(kubeconfig, namespace, new ApiServer(kubeconfig));
    await cluster.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    return cluster;
  }

  /** Removes the namespace, without waiting for what was in it. */
  async leave(): Promise<void> {
    await this.delete(`/api/v1/namespaces/${this.namespace}`);
  }

  /** A plugin on this cluster. */
  plugin(config: Readonly<Record<string, string>> = {}): Promise<Plugin> {
    return Plugin.start("kubernetes", {
      kubeconfig: this.kubeconfig,
      context: CONTEXT,
      namespace: this.namespace,
      ...config,
    });
  }

  /** The path of an object of this namespace, such as `core/v1/configmaps/name`. */
  path(rest: string): string {
    const [group = "", version = "", ...object] = rest.split("/");
    const prefix = group === "core" ? `/api/${version}` : `/apis/${group}/${version}`;
    return `${prefix}/namespaces/${this.namespace}/${object.join("/")}`;
  }

  get(path: string): Promise<KubeObject> {
    return this.api.call({ method: "GET", path });
  }

  /** The object, or undefined when there is none. */
  async find(path: string): Promise<KubeObject | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  post(path: string, body: PlainMap, fieldManager = "other"): Promise<KubeObject> {
    return this.api.call({ method: "POST", path, body, query: { fieldManager } });
  }

  /** A merge patch, as `kubectl patch --type merge` sends it. */
  merge(path: string, body: PlainMap): Promise<KubeObject> {
    const contentType = "application/merge-patch+json";
    return this.api.call({ method: "PATCH", path, body, contentType, query: { fieldManager: "other" } });
  }

  /** Server-side apply under a manager's name, as Helm or kubectl do it. */
  apply(path: string, body: PlainMap, fieldManager: string): Promise<KubeObject> {
    const contentType = "application/apply-patch+yaml";
    return this.api.call({ method: "PATCH", path, body, contentType, query: { fieldManager, force: "true" } });
  }

  async delete(path: string): Promise<void> {
    await this.api.call({ method: "DELETE", path });
  }
}
