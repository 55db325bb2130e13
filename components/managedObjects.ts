import { own } from "./basics/model/own";
import type { Cluster } from "./mesh/model/mesh";
import { PUBLICATIONS } from "./mesh/model/publication";
import { ETCD_SERVER_SECRET } from "./certificates/model/certificates";
import { KVSTOREMESH_SECRET } from "./peers/model/peerFile";
import type { ManagedObject, ObjectsByCluster } from "./kubernetes/model/managedObject";

/** The settings that decide which objects a stack makes in its clusters. */
export interface ManagedObjectSettings {
  readonly cilium: { readonly namespace: string };
  readonly peerSecret: string;
  /** What the program makes there beside the mesh. */
  readonly objects?: ObjectsByCluster;
}

/**
 * The objects that a stack makes in a cluster. No other owner may have them; a Secret with peers is the exception, where it is adopted.
 *
 * @param issuesServers Whether the authority issues the etcds' server certificates.
 */
export function managedObjectsOf(
  { name, publishes, reads }: Pick<Cluster, "name" | "publishes" | "reads">,
  { cilium: { namespace }, peerSecret, objects = {} }: ManagedObjectSettings,
  issuesServers: boolean,
): readonly ManagedObject[] {
  const secret = (name: string): ManagedObject => ({ resource: "secrets", name, namespace });
  const issuesServer = issuesServers && PUBLICATIONS[publishes].ca === "ofMesh";
  return [
    secret(peerSecret),
    ...(reads === "cached" ? [secret(KVSTOREMESH_SECRET)] : []),
    ...(issuesServer ? [secret(ETCD_SERVER_SECRET)] : []),
    ...(own(objects, name) ?? []),
  ];
}
