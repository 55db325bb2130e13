import type { ClusterMesh, ClusterMeshAuthority, ClusterMeshDemo } from "../../components";
import { present } from "../../components/basics/model/own";
import type { PlannedCluster } from "../../components/mesh/etcd";
import { REGISTRY_OUTPUT, registryOf, SIGNING_OUTPUT } from "../roles/registry";
import type { Loaded } from "./load";
import { MESHED_OUTPUT } from "./ownState";

/**
 * The clusters as a stack output: what they are in the mesh and where they are, found or written down.
 *
 * @param known `written`: nobody has asked them, and who reads the peers of one with clustermesh-apiserver is known to its own stack alone.
 */
export function describeClusters(
  clusters: readonly PlannedCluster[],
  known: "asked" | "written" = "asked",
): readonly object[] {
  return clusters.map(({ name, id, publishes, reads, clientCertificates, etcd, podCIDRs, nodeCIDRs, lost }) => ({
    name,
    id,
    publishes,
    ...(known === "asked" || publishes === "kvstore" ? { reads } : {}),
    endpoints: etcd.endpoints,
    podCIDRs,
    nodeCIDRs,
    ...(clientCertificates === "issued" ? { clientCertificates } : {}),
    ...(lost === true ? { lost } : {}),
  }));
}

/** What a person wants to read of a mesh, or of a stack's part of it. */
export function meshOutputs(
  mesh: ClusterMesh,
  demo: ClusterMeshDemo | undefined,
  { role, plan }: Loaded,
): Readonly<Record<string, unknown>> {
  return present({
    clusters: describeClusters(plan.lookedAfter),
    certificates: mesh.certificates,
    authorities: mesh.authorities,
    readiness: mesh.readiness,
    paths: mesh.paths,
    stalePods: mesh.stalePods,
    etcdUsers: mesh.etcdUsers,
    demo: demo?.verdicts,
    drops: demo?.drops,
    // That of the whole mesh is the authority stack's: with a stack for every cluster it would be in each of them.
    topology: role.kind === "mesh" ? mesh.topology : undefined,
    lost: Object.keys(mesh.lost).length === 0 ? undefined : mesh.lost,
    [MESHED_OUTPUT]: mesh.meshedClusters,
  });
}

/** What the cluster stacks read of an authority stack, and a person. */
export function authorityOutputs(
  authority: ClusterMeshAuthority,
  { configuration, environment, plan }: Loaded,
): Readonly<Record<string, unknown>> {
  return {
    [REGISTRY_OUTPUT]: registryOf(configuration, environment.authority),
    [SIGNING_OUTPUT]: authority.signing,
    clusters: describeClusters(plan.all, "written"),
    authorities: authority.authorities,
    topology: authority.topology,
  };
}
