import { isPlainMap, type Plain } from "../shared/value";
import { ApiError, type Call, type Client } from "./client";
import type { Discovery } from "./discovery";
import { gvkOf, nameOf, namespaceOf, type KubeObject } from "./object";

/** How an object is applied. */
export interface Apply {
  readonly fieldManager: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

const dry = (dryRun: boolean | undefined) => (dryRun === true ? { dryRun: "All" } : {});

/** Objects of one cluster. Where a namespaced object names no namespace, `default` is meant. */
export class Api {
  constructor(
    private readonly client: Client,
    private readonly discovery: Discovery,
  ) {}

  get(object: KubeObject, name = nameOf(object)): Promise<KubeObject> {
    return this.call(object, name, { method: "GET" });
  }

  /** The object, or undefined when there is none. */
  async find(object: KubeObject, name = nameOf(object)): Promise<KubeObject | undefined> {
    try {
      return await this.get(object, name);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  create(object: KubeObject, fieldManager: string, dryRun: boolean): Promise<KubeObject> {
    return this.call(object, "", { method: "POST", query: { fieldManager, ...dry(dryRun) }, body: object });
  }

  replace(object: KubeObject, fieldManager: string, dryRun: boolean): Promise<KubeObject> {
    return this.call(object, nameOf(object), { method: "PUT", query: { fieldManager, ...dry(dryRun) }, body: object });
  }

  /** Server-side apply. @throws ApiError with reason `Conflict` where another manager owns a field, unless forced. */
  apply(object: KubeObject, { fieldManager, force, dryRun }: Apply, name = nameOf(object)): Promise<KubeObject> {
    const query = { fieldManager, ...(force === undefined ? {} : { force: String(force) }), ...dry(dryRun) };
    return this.call(object, name, {
      method: "PATCH",
      query,
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  patchJson(object: KubeObject, operations: Plain): Promise<KubeObject> {
    return this.call(object, nameOf(object), {
      method: "PATCH",
      body: operations,
      contentType: "application/json-patch+json",
    });
  }

  delete(object: KubeObject, name: string, propagationPolicy: string): Promise<KubeObject> {
    return this.call(object, name, { method: "DELETE", body: { propagationPolicy } });
  }

  /** All objects of a kind in the namespace of another object. */
  async list(like: KubeObject): Promise<readonly KubeObject[]> {
    const { items } = await this.call(like, "", { method: "GET" });
    return Array.isArray(items) ? items.filter(isPlainMap) : [];
  }

  private async call(object: KubeObject, name: string, call: Omit<Call, "path">): Promise<KubeObject> {
    const { prefix, plural, namespaced } = await this.discovery.find(gvkOf(object));
    const scope = namespaced ? `/namespaces/${encodeURIComponent(namespaceOf(object) || "default")}` : "";
    const path = `${prefix}${scope}/${plural}${name === "" ? "" : `/${encodeURIComponent(name)}`}`;
    const answer = await this.client.call({ ...call, path });
    if (!isPlainMap(answer))
      throw new Error(`${call.method} ${path}: the server answered with something that is no object`);
    return answer;
  }
}
