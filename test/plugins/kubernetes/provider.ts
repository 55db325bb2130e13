import { InitFailed } from "../shared/errors";
import { silent } from "../shared/host";
import type * as api from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { hasUnknown, plainMap, type PropertyMap } from "../shared/value";
import { checkpoint, fieldManagerOf, initialApiVersionOf, markSecrets, parseCheckpoint } from "./checkpoint";
import { ApiError, isApiError } from "./client";
import { connectCluster, isNamespaced, serves, waitContext, type Cluster } from "./cluster";
import { createObject, NamespaceMissing } from "./create";
import { diffedKind, diffObject } from "./diff";
import { NoMatchError } from "./discovery";
import { gvkOfType, isCrd, isPatch } from "./kinds";
import { assignName, fieldManagerName } from "./naming";
import { normalize } from "./normalize";
import {
  annotation,
  gvkOf,
  idOf,
  nameOf,
  namespaceOf,
  parseId,
  without,
  withNamespace,
  type KubeObject,
} from "./object";
import { diffConfig } from "./providerConfig";
import { readObject } from "./read";
import { readSettings, type Settings } from "./settings";
import { relinquish, updateObject } from "./update";
import { NotReady, untilGone, untilReady } from "./waiting";

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));
const advice =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** Objects of a Kubernetes cluster by server-side apply, with the ways of the kubernetes plugin 4.34. */
export class KubernetesProvider implements api.Provider {
  readonly name = "kubernetes";
  readonly supportsAutonaming = true;
  private host: api.Host = silent;
  private cancelled = new AbortController().signal;
  private settings: Settings = readSettings(new Map());
  private cluster: Cluster = { kind: "unreachable", namespace: "", reason: "the provider is not configured" };

  async configure(variables: ReadonlyMap<string, string>, host: api.Host, cancelled: AbortSignal): Promise<void> {
    this.host = host;
    this.cancelled = cancelled;
    this.settings = readSettings(variables);
    this.cluster = await connectCluster(this.settings, cancelled);
  }

  checkConfig({ news }: api.CheckRequest): api.CheckResponse {
    return { inputs: news };
  }

  diffConfig(request: api.DiffRequest): api.DiffResponse {
    return diffConfig(request);
  }

  async check(request: api.CheckRequest): Promise<api.CheckResponse> {
    const { type } = parseUrn(request.urn);
    if (this.cluster.kind === "unreachable" && this.settings.skipUpdateUnreachable) {
      this.host.log(
        "warning",
        request.urn,
        "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...",
      );
      return { inputs: request.olds };
    }
    const given = normalize(plainMap(request.news));
    if (isPatch(type, given) && !this.settings.serverSideApply) {
      throw new Error(
        "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` Provider config",
      );
    }
    if (isPatch(type, given) && nameOf(given) === "") {
      throw new Error("patch resources require the `.metadata.name` field to be set");
    }
    const named = assignName(given, plainMap(request.olds), request);
    const gvk = gvkOfType(type);
    const { namespace } = this.cluster;
    const scoped =
      namespace !== "" && namespaceOf(named) === "" && (await isNamespaced(this.cluster, gvk))
        ? withNamespace(named, namespace)
        : named;
    return { inputs: markSecrets(scoped, request.news) };
  }

  async diff(request: api.DiffRequest): Promise<api.DiffResponse> {
    const namespaced = await isNamespaced(this.cluster, diffedKind(request.news));
    return diffObject(request, namespaced, {
      secrets: this.settings.secretMutable,
      configMaps: this.settings.configMapMutable,
    });
  }

  async create({ urn, inputs: given, preview, timeout }: api.CreateRequest): Promise<api.CreateResponse> {
    const inputs = plainMap(given);
    const patch = isPatch(parseUrn(urn).type, inputs);
    const unseen = { id: "", state: given };
    // A Patch is not tried out in a preview: a conflict and a missing target only show at `up`.
    if (preview && (hasUnknown(inputs) || patch || !(await serves(this.cluster, gvkOf(inputs))))) return unseen;
    const context = this.reach(urn);
    const fieldManager = fieldManagerName(inputs, undefined);
    let live: KubeObject;
    try {
      const { patchForce, upsert } = this.settings;
      live = await createObject(context, { inputs, fieldManager, preview, apply: patch || upsert, patchForce });
    } catch (error) {
      if (preview && isUntold(error)) return unseen;
      throw new Error(
        `resource ${JSON.stringify(urn)} was not successfully created by the Kubernetes API server: ${words(error)}`,
        { cause: error },
      );
    }
    if (preview) {
      return { id: "", state: checkpoint(inputs, without(live, "status"), given, fieldManager) };
    }
    try {
      live = await untilReady(context, inputs, live, timeout);
    } catch (error) {
      const seen = error instanceof NotReady ? error.object : live;
      throw new InitFailed(
        `resource ${JSON.stringify(urn)} was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${words(error)}`,
        idOf(seen),
        error instanceof NotReady ? error.reasons : [],
        checkpoint(inputs, seen, given, fieldManager),
      );
    }
    if (isCrd(inputs) && this.cluster.kind === "reachable") await this.cluster.discovery.refresh();
    return { id: idOf(live), state: checkpoint(inputs, live, given, fieldManager) };
  }

  async read(request: api.ReadRequest): Promise<api.ReadResponse> {
    if (this.cluster.kind === "reachable") return readObject(this.cluster.api, request);
    const { id, urn, inputs, state } = request;
    this.host.log("warning", urn, `configured Kubernetes cluster is unreachable: ${this.cluster.reason}`);
    if (this.settings.deleteUnreachable) return { id: "", inputs: {}, state: {} };
    if (this.settings.skipUpdateUnreachable) return { id, inputs, state };
    throw new Error(`failed to read resource state due to unreachable cluster. ${advice}`);
  }

  async update(request: api.UpdateRequest): Promise<PropertyMap> {
    const { urn, olds, news: given, preview, timeout } = request;
    const inputs = normalize(plainMap(given));
    if (preview && (hasUnknown(inputs) || !(await serves(this.cluster, gvkOf(inputs))))) return given;
    const context = this.reach(urn);
    const { inputs: oldInputs, live: old } = parseCheckpoint(olds);
    const before = fieldManagerName(oldInputs, fieldManagerOf(olds));
    const fieldManager = fieldManagerName(inputs, fieldManagerOf(olds));
    const initial = initialApiVersionOf(olds);
    const patch = isPatch(parseUrn(urn).type, inputs);
    const { patchForce } = this.settings;
    let live: KubeObject;
    try {
      live = await updateObject(context.api, { ...request, inputs, old, patch, fieldManager, patchForce });
      if (preview) return checkpoint(inputs, live, given, fieldManager, initial);
      live = await untilReady(context, inputs, live, timeout);
    } catch (error) {
      if (preview && isApiError(error, "Forbidden")) return given;
      if (error instanceof NoMatchError)
        throw new Error(`update of resource ${JSON.stringify(urn)} failed: ${error.message}`, { cause: error });
      const seen = await context.api.find(old);
      if (seen === undefined)
        throw new Error(`update of resource ${JSON.stringify(urn)} failed: ${words(error)}`, { cause: error });
      throw new InitFailed(
        `the Kubernetes API server reported that ${JSON.stringify(idOf(seen))} failed to fully initialize or become live: ${words(error)}`,
        idOf(seen),
        error instanceof NotReady ? error.reasons : [],
        checkpoint(inputs, seen, given, fieldManager, initial),
      );
    }
    if (before !== fieldManager) await relinquish(context.api, live, before);
    return checkpoint(inputs, live, given, fieldManager, initial);
  }

  async delete({ id, urn, state, timeout }: api.DeleteRequest): Promise<void> {
    if (this.cluster.kind === "unreachable") {
      this.host.log("warning", urn, `configured Kubernetes cluster is unreachable: ${this.cluster.reason}`);
      if (this.settings.deleteUnreachable) return;
      throw new Error(`configured Kubernetes cluster is unreachable. ${advice}`);
    }
    const context = this.reach(urn);
    const { inputs, live } = parseCheckpoint(state);
    const fieldManager = fieldManagerName(inputs, fieldManagerOf(state));
    try {
      if (isPatch(parseUrn(urn).type, inputs)) {
        await relinquish(context.api, live, fieldManager);
        return;
      }
      await context.api.delete(live, parseId(id).name, propagation(inputs));
      await untilGone(context, inputs, live, parseId(id).name, timeout);
    } catch (error) {
      if (
        error instanceof NoMatchError ||
        (error instanceof ApiError && error.code === 404 && !isPatch(parseUrn(urn).type, inputs))
      )
        return;
      if (error instanceof ApiError && error.reason === "Invalid" && error.message.includes("Required value"))
        throw requiredField(error);
      if (!(error instanceof NotReady)) throw error;
      for (const reason of error.reasons) this.host.log("warning", urn, reason);
      throw new InitFailed(error.message, id, error.reasons, checkpoint(inputs, error.object, state, fieldManager));
    }
  }

  private reach(urn: string) {
    if (this.cluster.kind === "unreachable")
      throw new Error(`configured Kubernetes cluster is unreachable: ${this.cluster.reason}`);
    return waitContext(this.cluster.api, this.cancelled, this.host, urn);
  }
}

/** Errors of a dry run that a preview keeps to itself. */
function isUntold(error: unknown): boolean {
  if (error instanceof NamespaceMissing) return true;
  return (
    isApiError(error, "Forbidden") ||
    isApiError(error, "AlreadyExists") ||
    (error instanceof ApiError && error.message.includes("does not support dry run"))
  );
}

function propagation(inputs: KubeObject): string {
  const policy = annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  return policy === "orphan" ? "Orphan" : policy === "background" ? "Background" : "Foreground";
}

function requiredField(error: ApiError): Error {
  const field = error.causeOf("FieldValueRequired")?.["field"];
  return new Error(
    "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the `retainOnDelete` " +
      `resource option, or transfer ownership of the field before deleting: ${typeof field === "string" ? field : error.message}`,
    { cause: error },
  );
}
