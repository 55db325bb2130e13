/** The longest cluster name Cilium accepts (`pkg/clustermesh/types`, `clusterNameMaxLength`). */
export const CLUSTER_NAME_MAX_LENGTH = 32;

const CLUSTER_NAME = /^([a-z0-9][-a-z0-9]*)?[a-z0-9]$/;

/** The name of an unmeshed cluster. Cilium refuses it together with an id other than 0. */
export const UNMESHED_NAME = "default";

/** Why a name cannot be a cluster's, or `undefined` when it can (Cilium's `ValidateClusterName`). */
export function clusterNameFault(name: string): string | undefined {
  if (name === UNMESHED_NAME) {
    return "is the name of an unmeshed cluster";
  }
  if (name.length > CLUSTER_NAME_MAX_LENGTH) {
    return `is longer than ${String(CLUSTER_NAME_MAX_LENGTH)} characters`;
  }
  return CLUSTER_NAME.test(name) ? undefined : "does not follow Cilium's rule for cluster names";
}

/** What {@link clusterNameFault} accepts, for messages. */
export const CLUSTER_NAME_RULE =
  'use lower case letters, digits and "-", beginning and ending with a letter or digit, at most 32 characters, not "default"';

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether Kubernetes accepts this as the name of a Secret, ConfigMap or workload (RFC 1123 subdomain). */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && DNS_SUBDOMAIN.test(name);
}

/** The longest label of a DNS name (RFC 1035), and so the longest name of a Kubernetes namespace. */
const LABEL_MAX_LENGTH = 63;

/** Whether this is a host name that a certificate can carry: no wildcard, no trailing dot, and nothing that could be taken for an address. */
export function isHostName(name: string): boolean {
  const labels = name.split(".");
  return (
    isObjectName(name.toLowerCase()) &&
    labels.every((label) => label.length <= LABEL_MAX_LENGTH) &&
    !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "")
  );
}

/** The name under which a cluster's etcd is known in the mesh, whatever address it has (Cilium's own convention). */
export function meshHostName(cluster: string): string {
  return `${cluster}.mesh.cilium.io`;
}
