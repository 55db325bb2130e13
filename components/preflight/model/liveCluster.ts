import { liveApiserver, type LiveApiserver } from "../../apiserver/model/liveApiserver";
import { isObject, type Json } from "../../basics/model/json";
import { present } from "../../basics/model/own";
import { ISSUE_RECORD_ANNOTATION } from "../../certificates/model/keyRevisions";
import type { CiliumObjects } from "../../cilium/model/agentConfig";
import { rolloutsOf, type Rollout } from "../../cilium/model/rollouts";
import { MARK_ANNOTATION } from "../../identity/model/mark";
import { parseList, type LiveContainer, type LiveObject } from "../../kubernetes/model/liveObject";
import { appliedEntry, appliedPart, dataOwners, type ManagedFieldsEntry } from "../../kubernetes/model/managedFields";
import type { NoAccessKind } from "../../kubernetes/model/noAccess";
import {
  FIELD_MANAGER,
  HELM_RELEASE_ANNOTATION,
  KEYS_ANNOTATION,
  OWNER_ANNOTATION,
} from "../../kubernetes/model/ownership";
import { driftOf } from "../../kubernetes/model/secretDrift";
import { etcdOverrides, etcdServers, type EtcdOverride } from "./apiServerFlags";
import { agentOf, type LiveAgent } from "./liveAgent";
import type { LiveNetwork } from "./liveNetwork";
import { originOf, type Origin } from "./origin";

/** An object that is already there under a claimed name. */
export interface ExistingObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Value of the owner annotation; absent where no stack made the object. */
  readonly owner?: string;
  /** What manages the object: a Helm release, or a field manager. */
  readonly maker: string;
  /** Whether this project has applied something of it, for whichever stack. */
  readonly isApplied: boolean;
  /** This project's annotations on it that are as they were written: who changes one becomes its owner. */
  readonly marks: readonly string[];
  /** How a Secret of this project's is not as it was written. */
  readonly drift?: string;
  readonly version?: string;
  /** The keys of a Secret's data, without those that this project has put there. */
  readonly keys: readonly string[];
  /** All keys of a Secret's data. */
  readonly files: readonly string[];
  /** The PEM certificates among a Secret's files, decoded. Keys are never read. */
  readonly certificates: Readonly<Record<string, string>>;
  /** Value of the annotation with what a Secret was issued as. */
  readonly issueRecord?: string;
}

/** What a reachable cluster has. */
export interface ReachableCluster {
  readonly kind: "reachable";
  /** How it was reached: by a context, or a kubeconfig of its own. Absent where nobody says. */
  readonly way?: { readonly kind: "context"; readonly context: string } | { readonly kind: "kubeconfig" };
  /** UID of the namespace `kube-system`: the identity of a cluster, whatever context leads there. */
  readonly uid: string;
  /** ConfigMap `cilium-config`; absent where it is missing. */
  readonly config?: {
    readonly data: Readonly<Record<string, string>>;
    readonly managedFields: readonly ManagedFieldsEntry[];
    readonly uid: string;
    /** Value of the annotation with whose name and id are. */
    readonly mark?: string;
    readonly version?: string;
    readonly helmRelease?: string;
    /** What of Flux or Argo CD declares it, where it is one of theirs. */
    readonly origin?: Origin;
  };
  /** DaemonSet of the agents; absent where it is missing. */
  readonly agent?: LiveAgent;
  readonly hasOperator: boolean;
  /** Agents and operator as far as they are installed, by `kind/name`. */
  readonly rollouts: Readonly<Record<string, Rollout>>;
  readonly existingObjects: readonly ExistingObject[];
  /** Endpoints that kube-apiserver pods name in `--etcd-servers`, as a peer would reach them, where such pods can be seen. */
  readonly apiServerEtcd: readonly string[];
  /** What they name in `--etcd-servers-overrides`, in the same way. */
  readonly apiServerOverrides: readonly EtcdOverride[];
  /** Its addresses and ranges; absent where nobody has asked. */
  readonly network?: LiveNetwork;
  /** The numbers of its CiliumIdentities that carry its declared name; absent where nobody has asked. */
  readonly identities?: LiveIdentities;
  /** Its clustermesh-apiserver; absent where there is none, and where nobody has asked. */
  readonly apiserver?: LiveApiserver;
}

/** Identities in CRDs, or why they could not be read. */
export type LiveIdentities =
  { readonly kind: "read"; readonly numbers: readonly number[] } | { readonly kind: "unread"; readonly reason: string };

/** What could be learned of a cluster before anything is written. */
export type LiveCluster = ReachableCluster | UnreachableCluster;

/** A cluster that could not be looked at: why, and the line with the reason. */
export interface UnreachableCluster {
  readonly kind: "unreachable";
  readonly cause: NoAccessKind;
  readonly reason: string;
}

/** The clusters but for some. */
export function without(
  live: ReadonlyMap<string, LiveCluster>,
  names: ReadonlySet<string>,
): ReadonlyMap<string, LiveCluster> {
  return new Map([...live].filter(([name]) => !names.has(name)));
}

/**
 * The options that a cluster's agents run with, by their key in `cilium-config`; `undefined` where that is missing. What is not set has Cilium's
 * default.
 */
export function agentSettings({ config, agent }: ReachableCluster): Readonly<Record<string, string>> | undefined {
  if (config === undefined) return undefined;
  const settings = { ...config.data, ...agent?.options?.values };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value.trim()]));
}

function makerOf(live: LiveObject): string {
  const release = live.metadata.annotations?.[HELM_RELEASE_ANNOTATION];
  if (release !== undefined) return `Helm release ${JSON.stringify(release)}`;
  const manager = live.metadata.managedFields?.[0]?.manager;
  return manager === undefined ? "an unknown manager" : `field manager ${JSON.stringify(manager)}`;
}

/** The certificates of a Secret: what is named so. The rest is nobody's business here. */
function certificatesOf({ kind, data = {} }: LiveObject): Readonly<Record<string, string>> {
  const files = kind === "Secret" ? Object.entries(data).filter(([file]) => file.endsWith(".crt")) : [];
  return Object.fromEntries(files.map(([file, text]) => [file, Buffer.from(text, "base64").toString()]));
}

function annotationsOf({ metadata }: Json): Json {
  const annotations = isObject(metadata) ? metadata["annotations"] : undefined;
  return isObject(annotations) ? annotations : {};
}

function existingObject(live: LiveObject): ExistingObject {
  const { name, namespace, annotations, managedFields: fields = [], resourceVersion: version } = live.metadata;
  const listed = new Set((annotations?.[KEYS_ANNOTATION] ?? "").split(","));
  const isOurs = (key: string) => listed.has(key) || dataOwners(fields, key).includes(FIELD_MANAGER);
  const owner = annotations?.[OWNER_ANNOTATION];
  const isApplied = appliedEntry(fields, FIELD_MANAGER) !== undefined;
  const isWritten = live.kind === "Secret" && (isApplied || owner !== undefined);
  const all = Object.keys(live.data ?? {});
  const applied = all.filter((key) => dataOwners(fields, key).includes(FIELD_MANAGER));
  const wanted = annotations?.[KEYS_ANNOTATION]?.split(",") ?? all;
  return present({
    kind: live.kind,
    name,
    namespace,
    owner,
    isApplied,
    marks: Object.keys(annotationsOf(appliedPart(live, fields, FIELD_MANAGER))),
    drift: isWritten ? driftOf(wanted, applied, owner) : undefined,
    version,
    maker: makerOf(live),
    keys: live.kind === "Secret" ? all.filter((key) => !isOurs(key)) : [],
    files: live.kind === "Secret" ? all : [],
    certificates: certificatesOf(live),
    issueRecord: annotations?.[ISSUE_RECORD_ANNOTATION],
  });
}

/** The claimed objects that are there already, out of a `kubectl get … -o json` for them. */
export const parseExistingObjects = (json: string): readonly ExistingObject[] => parseList(json).map(existingObject);

function liveConfig({ data = {}, metadata }: LiveObject): NonNullable<ReachableCluster["config"]> {
  const { managedFields = [], uid, labels, annotations, resourceVersion: version } = metadata;
  const mark = annotations?.[MARK_ANNOTATION];
  const helmRelease = annotations?.[HELM_RELEASE_ANNOTATION];
  return present({ data, managedFields, uid, mark, version, helmRelease, origin: originOf(labels, annotations) });
}

function hostsOf(status: LiveObject["status"]): readonly string[] {
  return [...new Set([status?.hostIP ?? [], (status?.hostIPs ?? []).map(({ ip }) => ip)].flat())];
}

/** An object as `APISERVER_OBJECTS` has it. */
const resourceName = ({ kind, metadata }: LiveObject): string => `${kind.toLowerCase()}s/${metadata.name}`;

/**
 * Puts together what was read of a cluster.
 *
 * @param objectsJson The namespace `kube-system`, the objects of Cilium, and the claimed ones beside them.
 * @param elsewhereJson The claimed objects that exist elsewhere.
 * @param podsJson Pods of the API server, where there are any.
 * @param readBeside What of the objects, as `resource/name`, was asked for to learn of its clustermesh-apiserver, and is not claimed.
 */
export function parseLiveCluster(
  cilium: CiliumObjects,
  objectsJson: string,
  elsewhereJson: string,
  podsJson: string,
  readBeside: readonly string[] = [],
): ReachableCluster {
  const objects = parseList(objectsJson);
  const beside = new Set(readBeside);
  const find = (kind: string, name: string) =>
    objects.find((each) => each.kind === kind && each.metadata.name === name);
  const config = find("ConfigMap", cilium.configMap);
  const agent = find("DaemonSet", cilium.daemonSet);
  const operator = cilium.operator === false ? undefined : find("Deployment", cilium.operator);
  const kubeSystem = find("Namespace", "kube-system");
  const ofCilium = new Set([kubeSystem, config, agent, operator]);
  const ofApiServers = <T>(read: (container: LiveContainer, hosts: readonly string[]) => readonly T[]): readonly T[] =>
    parseList(podsJson).flatMap(({ spec, status }) =>
      (spec?.containers ?? []).flatMap((each) => read(each, hostsOf(status))),
    );
  return present({
    kind: "reachable" as const,
    uid: kubeSystem?.metadata.uid ?? "",
    config: config && liveConfig(config),
    agent: agent && agentOf(agent, cilium, config?.data ?? {}),
    hasOperator: operator !== undefined,
    rollouts: rolloutsOf(objects, cilium),
    existingObjects: [
      ...objects.filter((each) => !ofCilium.has(each) && !beside.has(resourceName(each))),
      ...parseList(elsewhereJson),
    ].map(existingObject),
    apiServerEtcd: ofApiServers(etcdServers),
    apiServerOverrides: ofApiServers(etcdOverrides),
    apiserver: liveApiserver(objects),
  });
}
