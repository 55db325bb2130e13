import type { GivenCas } from "../certificates/givenCas";
import type { ObjectsByCluster } from "../kubernetes/model/managedObject";
import { own, present } from "../basics/model/own";
import {
  apiserverEtcd,
  clustersOf,
  completed,
  type Cluster,
  type EtcdSpec,
  type WrittenCluster,
} from "../mesh/model/mesh";
import type { WrittenApiserver } from "./model/policy";
import type { Found } from "../mesh/model/publication";
import type { AdoptedCA } from "../settings/model/ca";
import type { ClusterWay } from "../settings/model/cluster";
import type { MeshSettings } from "../settings/model/settings";

/** A cluster whose texts are at hand. */
export interface KnownCluster extends Omit<WrittenCluster, "etcd" | "apiserver">, ClusterWay {
  /** Without it the cluster publishes through its clustermesh-apiserver. */
  readonly etcd?: EtcdSpec & { readonly ca?: AdoptedCA };
  readonly apiserver?: WrittenApiserver;
}

/** A mesh whose texts are at hand. It holds secrets as they are: code that uses one wraps it at once. */
export interface KnownMesh extends MeshSettings, Pick<GivenCas, "published"> {
  /** All of its clusters, those of other programs too. */
  readonly clusters: Readonly<Record<string, KnownCluster>>;
  /** What the program makes there beside the mesh. */
  readonly objects?: ObjectsByCluster;
  readonly ca?: AdoptedCA;
}

function withoutCa({ endpoints, hostAliases, adminEndpoints }: NonNullable<KnownCluster["etcd"]>): EtcdSpec {
  return { endpoints, ...present({ hostAliases, adminEndpoints }) };
}

/** What live clusters say of themselves, by name. */
export type FoundClusters = Readonly<Record<string, Found>>;

/** The clusters of a mesh, with what was found of them for what is not written down. */
export function membersOf({ clusters }: Pick<KnownMesh, "clusters">, found: FoundClusters = {}): readonly Cluster[] {
  return clustersOf(clusters).map(({ name, etcd, ...written }) => {
    const said = own(found, name);
    const facts = completed({ ...written, ...(etcd === undefined ? {} : { etcd }) }, said);
    return { name, ...facts, etcd: etcd === undefined ? apiserverEtcd(written, said) : withoutCa(etcd) };
  });
}

/** Whether something of a cluster is left to itself to tell. */
export function leavesFacts({ etcd, podCIDRs, nodeCIDRs }: KnownCluster): boolean {
  return etcd === undefined || podCIDRs === undefined || nodeCIDRs === undefined;
}
