import type { MaxConnectedClusters } from "../../mesh/model/mesh";
import { clusterIdOf } from "./podIdentity";

/*
 * Keys under which a cluster of a mesh keeps its state in its own etcd, as far as they carry its name or id: all but those of its nodes
 * (nodeKeys.ts). Left behind they outlive the mesh. See pkg/kvstore, pkg/clustermesh and pkg/identity/cache of Cilium.
 */

/** Prefixes of what carries a cluster's name. */
export const namedKeys = (cluster: string): readonly string[] => [
  `cilium/state/services/v1/${cluster}/`,
  `cilium/state/endpointslices/v1/${cluster}/`,
  `cilium/state/serviceexports/v1/${cluster}/`,
  `cilium/synced/${cluster}/`,
];

/** The key by which peers find a cluster's id and capabilities. */
export const configKey = (cluster: string): string => `cilium/cluster-config/${cluster}`;

/** Prefix of the identities of all ids. */
export const IDENTITY_KEYS = "cilium/state/identities/v1/";

const BY_NUMBER = new RegExp(`^${IDENTITY_KEYS}id/(\\d+)$`);
const BY_LABELS = new RegExp(`^${IDENTITY_KEYS}value/`);

/**
 * The keys of the identities that were made under a cluster id. Those by number have no lease, so nobody ever removes them.
 *
 * @param listing What `cilium-dbg kvstore get --recursive` prints: lines `<key> => <value>`, among lines of its log.
 */
export function identityKeys(listing: string, id: number, max: MaxConnectedClusters): readonly string[] {
  return listing.split("\n").flatMap((line) => {
    const [key = "", value = ""] = line.split(" => ");
    const number = BY_NUMBER.exec(key)?.[1] ?? (BY_LABELS.test(key) ? value.trim() : undefined);
    return number !== undefined && /^\d+$/.test(number) && clusterIdOf(Number(number), max) === id ? [key] : [];
  });
}
