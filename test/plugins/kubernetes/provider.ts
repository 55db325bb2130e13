import { silent } from "../shared/host";
import type * as api from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { plainMap, type PropertyMap } from "../shared/value";
import { markSecrets } from "./checkpoint";
import { connectCluster, isNamespaced } from "./cluster";
import { createResource } from "./createResource";
import { deleteResource } from "./deleteResource";
import { diffedKind, diffObject } from "./diff";
import { gvkOfType, isPatch } from "./kinds";
import { assignName } from "./naming";
import { normalize } from "./normalize";
import { nameOf, namespaceOf, withNamespace } from "./object";
import { diffConfig } from "./providerConfig";
import { readObject } from "./read";
import { LET_GO, warnUnreachable, type Session } from "./session";
import { readSettings } from "./settings";
import { updateResource } from "./updateResource";

/** Objects of a Kubernetes cluster by server-side apply, with the ways of the kubernetes plugin 4.34. */
export class KubernetesProvider implements api.Provider {
  readonly name = "kubernetes";
  readonly supportsAutonaming = true;
  private session: Session = {
    settings: readSettings(new Map()),
    cluster: { kind: "unreachable", namespace: "", reason: "the provider is not configured" },
    host: silent,
    cancelled: new AbortController().signal,
  };

  async configure(variables: ReadonlyMap<string, string>, host: api.Host, cancelled: AbortSignal): Promise<void> {
    const settings = readSettings(variables);
    this.session = { settings, cluster: await connectCluster(settings, cancelled), host, cancelled };
  }

  checkConfig({ news }: api.CheckRequest): api.CheckResponse {
    return { inputs: news };
  }

  diffConfig(request: api.DiffRequest): api.DiffResponse {
    return diffConfig(request);
  }

  async check(request: api.CheckRequest): Promise<api.CheckResponse> {
    const { settings, cluster, host } = this.session;
    const { type } = parseUrn(request.urn);
    if (cluster.kind === "unreachable" && settings.skipUpdateUnreachable) {
      const said = "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...";
      host.log("warning", request.urn, said);
      return { inputs: request.olds };
    }
    const given = normalize(plainMap(request.news));
    if (isPatch(type, given)) {
      if (!settings.serverSideApply) {
        throw new Error(
          "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` Provider config",
        );
      }
      if (nameOf(given) === "") throw new Error("patch resources require the `.metadata.name` field to be set");
    }
    const named = assignName(given, plainMap(request.olds), request);
    const scoped =
      cluster.namespace !== "" && namespaceOf(named) === "" && (await isNamespaced(cluster, gvkOfType(type)))
        ? withNamespace(named, cluster.namespace)
        : named;
    return { inputs: markSecrets(scoped, request.news) };
  }

  async diff(request: api.DiffRequest): Promise<api.DiffResponse> {
    const { cluster, settings } = this.session;
    const namespaced = await isNamespaced(cluster, diffedKind(request.news));
    return diffObject(request, namespaced, { secrets: settings.secretMutable, configMaps: settings.configMapMutable });
  }

  create(request: api.CreateRequest): Promise<api.CreateResponse> {
    return createResource(this.session, request);
  }

  async read(request: api.ReadRequest): Promise<api.ReadResponse> {
    const { cluster, settings } = this.session;
    if (cluster.kind === "reachable") return readObject(cluster.api, request);
    warnUnreachable(this.session, request.urn);
    if (settings.deleteUnreachable) return { id: "", inputs: {}, state: {} };
    if (settings.skipUpdateUnreachable) return request;
    throw new Error(`failed to read resource state due to unreachable cluster. ${LET_GO}`);
  }

  update(request: api.UpdateRequest): Promise<PropertyMap> {
    return updateResource(this.session, request);
  }

  delete(request: api.DeleteRequest): Promise<void> {
    return deleteResource(this.session, request);
  }
}
