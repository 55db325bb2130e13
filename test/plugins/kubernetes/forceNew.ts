import { isConfigMap, isImmutable, isSecret } from "./kinds";
import { gvkOf, type KubeObject } from "./object";

/** Which kinds change in place although they are replaced by default. */
export interface Mutability {
  readonly secrets: boolean;
  readonly configMaps: boolean;
}

const SELECTOR = [".spec.selector"];
const JOB = [".spec.completions", ".spec.parallelism", ".spec.selector", ".spec.template"];
const IDENTITY = [".metadata.name", ".metadata.namespace"];

const KINDS: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": SELECTOR,
  "apps/Deployment": SELECTOR,
  "apps/StatefulSet": [
    ...SELECTOR,
    ".spec.podManagementPolicy",
    ".spec.revisionHistoryLimit",
    ".spec.serviceName",
    ".spec.volumeClaimTemplates",
  ],
  "batch/Job": JOB,
  "/PersistentVolumeClaim": [".spec.accessModes", ".spec.selector", ".spec.storageClassName", ".spec.volumeName"],
  "/ResourceQuota": [".spec.scopes"],
  "/Secret": [".type"],
  "/Service": [".spec.clusterIP"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": [".roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": [".roleRef"],
  "storage.k8s.io/StorageClass": [".parameters", ".provisioner"],
};

/** The paths whose change replaces an object; a Patch is replaced for another target only. Pods are not in this table. */
export function forceNew(object: KubeObject, patch: boolean, mutable: Mutability): readonly string[] {
  if (patch) return IDENTITY;
  const { group, kind } = gvkOf(object);
  if (isSecret(object) && (!mutable.secrets || isImmutable(object)))
    return [...IDENTITY, ".type", ".stringData", ".data"];
  if (isConfigMap(object))
    return mutable.configMaps && !isImmutable(object) ? IDENTITY : [...IDENTITY, ".binaryData", ".data"];
  return [...IDENTITY, ...(KINDS[`${group}/${kind}`] ?? [])];
}
