import { apiVersionOf, at, gvkOf, kindOf, type Gvk, type KubeObject } from "./object";

const GROUPS: ReadonlySet<string> = new Set([
  "",
  "apps",
  "autoscaling",
  "batch",
  "extensions",
  "policy",
  ...[
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
  ].map((group) => `${group}.k8s.io`),
]);

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "DeviceClass",
  "FlowSchema",
  "IngressClass",
  "IPAddress",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "ServiceCIDR",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Whether the group is one of Kubernetes itself: such objects are normalized, others are taken as they are. */
export const isBuiltIn = ({ group }: Pick<Gvk, "group">) => GROUPS.has(group);

/** Whether objects of a built-in kind live in a namespace, also told without a cluster; undefined for other groups. */
export function builtInScope(gvk: Gvk): boolean | undefined {
  return isBuiltIn(gvk) ? !CLUSTER_SCOPED.has(gvk.kind.replace(/Patch$/, "")) : undefined;
}

/** `…:ConfigMapPatch` of a ConfigMap; a custom kind that happens to end in Patch is none. */
export const isPatch = (typeToken: string, object: KubeObject) =>
  typeToken.split(":").at(-1) === `${kindOf(object)}Patch`;

export const isSecret = (object: KubeObject) => gvkOf(object).group === "" && kindOf(object) === "Secret";
export const isConfigMap = (object: KubeObject) => gvkOf(object).group === "" && kindOf(object) === "ConfigMap";
export const isImmutable = (object: KubeObject) => at(object, "immutable") === true;
export const isCrd = (object: KubeObject) =>
  kindOf(object) === "CustomResourceDefinition" && apiVersionOf(object).startsWith("apiextensions.k8s.io/");

/** The kind that a type token such as `kubernetes:core/v1:ConfigMap` names. */
export function gvkOfType(typeToken: string): Gvk {
  const [, module = "", kind = ""] = typeToken.split(":");
  const [group = "", version] = module.split("/");
  if (version === undefined || kind === "")
    throw new Error(`apiVersion does not have both a group and a version: ${JSON.stringify(module)}`);
  return { group: group === "core" ? "" : group, version, kind };
}

export const apiVersion = ({ group, version }: Pick<Gvk, "group" | "version">) =>
  group === "" ? version : `${group}/${version}`;
