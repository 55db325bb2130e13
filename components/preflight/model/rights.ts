import { APISERVER_READS, APISERVER_SECRETS } from "../../apiserver/model/objects";
import { USERS_VERBS, usersObject } from "../../apiserver/model/usersObject";
import { groupBy } from "../../basics/model/lists";
import { present } from "../../basics/model/own";
import type { CiliumObjects } from "../../cilium/model/agentConfig";
import type { ManagedObject } from "../../kubernetes/model/managedObject";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { MeshSettings } from "../../settings/model/settings";

/** What a user of a cluster has to be allowed, as Kubernetes names it. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, where it is about one: `pods/exec`. */
  readonly resource: string;
  /** Absent for what is in no namespace, and for all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

/** What decides which rights are needed in a cluster. */
export interface RightsSettings extends Pick<MeshSettings, "cilium" | "allow"> {
  /** What this stack makes there, or patches. */
  readonly managedObjects: readonly ManagedObject[];
}

type Object = Omit<Right, "verb">;

const allow = (object: Object, ...verbs: readonly string[]): readonly Right[] =>
  verbs.map((verb) => ({ ...object, verb }));

function objectOf({ resource, name, namespace }: ManagedObject): Object {
  const [plural = "", ...group] = resource.split(".");
  return present({ group: group.join("."), resource: plural, name, namespace });
}

/** All objects of an object's kind, where it is. */
const kindOf = ({ group, resource, namespace }: Object): Object => present({ group, resource, namespace });

const workloads = ({ namespace, daemonSet, operator }: CiliumObjects): readonly Object[] => [
  { group: "apps", resource: "daemonsets", namespace, name: daemonSet },
  ...(operator === false ? [] : [{ group: "apps", resource: "deployments", namespace, name: operator }]),
];

const configMap = ({ namespace, configMap: name }: CiliumObjects): Object => ({
  group: "",
  resource: "configmaps",
  namespace,
  name,
});

/** What a preview reads. */
export function previewRights({ cilium, managedObjects }: RightsSettings): readonly Right[] {
  return [
    ...allow({ group: "", resource: "namespaces", name: "kube-system" }, "get"),
    ...allow(configMap(cilium), "get"),
    ...workloads(cilium).flatMap((object) => allow(object, "get")),
    ...managedObjects.flatMap((managed) => allow(objectOf(managed), "get")),
    ...allow({ group: "", resource: "pods", namespace: "kube-system" }, "list"),
  ];
}

/** What a preview reads beside in a cluster of which it asks whether and how it publishes by its clustermesh-apiserver. */
export function apiserverRights({ namespace }: CiliumObjects): readonly Right[] {
  return APISERVER_READS.flatMap((object) => allow({ ...object, namespace }, "get"));
}

/** What an `up` writes beside in such a cluster, for the users of its peers. */
export function usersRights(cilium: CiliumObjects): readonly Right[] {
  return allow(objectOf(usersObject(cilium)), ...USERS_VERBS);
}

/**
 * What an `up`, and the `destroy` after it, do beside in such a cluster whose name this program sets: certificates for that name; identities under it,
 * before pods get them; and, once it has its own name back, the removal of what nobody uses of the identities of its id.
 */
export function namedRights({ namespace }: CiliumObjects): readonly Right[] {
  const certificates = [APISERVER_SECRETS.admin, APISERVER_SECRETS.local];
  return [
    ...certificates.flatMap((name) => allow({ group: "", resource: "secrets", namespace, name }, "patch")),
    ...allow({ group: "cilium.io", resource: "ciliumidentities" }, "list", "create", "delete"),
    ...allow({ group: "cilium.io", resource: "ciliumendpoints" }, "list"),
  ];
}

/** What an `up`, and the `destroy` after it, read and write beside. Policies, of any kind, are named by the check that lists them. */
export function upRights(settings: RightsSettings): readonly Right[] {
  const { cilium, managedObjects } = settings;
  const inNamespace = (resource: string): Object => ({ group: "", resource, namespace: cilium.namespace });
  return [
    ...previewRights(settings),
    ...allow(configMap(cilium), "patch"),
    ...workloads(cilium).flatMap((object) => allow(object, "patch", "list", "watch")),
    ...managedObjects.flatMap((managed) => allow(objectOf(managed), "create", "patch", "delete")),
    // The kubernetes plugin waits for the end of what it deletes by watching all of its kind, and events; without that it waits for minutes.
    ...managedObjects.flatMap((managed) => allow(kindOf(objectOf(managed)), "list", "watch")),
    ...allow(inNamespace("events"), "list", "watch"),
    ...allow(inNamespace("pods"), "get", "list", "patch", "delete"),
    ...allow(inNamespace("pods/exec"), "create"),
    ...allow(inNamespace("pods/log"), "get"),
    ...allow({ group: "cilium.io", resource: "ciliumnodes" }, "list"),
    ...(settings.allow.includes("restartStalePods")
      ? allow({ group: "", resource: "pods" }, "get", "list", "delete")
      : []),
  ];
}

/** A right as the API server is asked for it. */
export function accessReview({ resource: whole, ...right }: Right): object {
  const [resource = "", subresource] = whole.split("/");
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: present({ ...right, resource, subresource }) },
  };
}

/** The rights that a user lacks, a line for each resource. */
export function rightsProblems(cluster: string, missing: readonly Right[]): readonly Diagnostic[] {
  const lacking = groupBy(missing, ({ group, resource, namespace }) => {
    const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
    return `${resource}${group === "" ? "" : `.${group}`}${where}`;
  });
  return [...lacking].map(([property, rights]) => {
    const verbs = new Set(rights.map(({ verb }) => verb));
    const reason = `is not for the kubeconfig's user to ${[...verbs].join(", ")}`;
    return error({ cluster, property, reason, fix: "give the user the roles in docs/permissions" });
  });
}
