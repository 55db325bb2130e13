import type { ClusterMesh, ClusterMeshAuthority, ClusterMeshDemo } from "../../components";
import { present } from "../../components/basics/model/own";
import { clustersOf, type MeshSpec } from "../../components/mesh/model/mesh";
import { REGISTRY_OUTPUT, registryOf, SIGNING_OUTPUT } from "../roles/registry";
import type { Loaded } from "./load";
import { MESHED_OUTPUT } from "./ownState";

/** The clusters as a stack output: what they are in the mesh and where they are. */
export function describeClusters({ clusters }: Pick<MeshSpec, "clusters">): readonly object[] {
  return clustersOf(clusters).map(({ name, id, etcd, podCIDRs, nodeCIDRs, lost }) => ({
    name,
    id,
    endpoints: etcd.endpoints,
    podCIDRs,
    nodeCIDRs,
    ...(lost === true ? { lost } : {}),
  }));
}

/** What a person wants to read of a mesh, or of a stack's part of it. */
export function meshOutputs(
  mesh: ClusterMesh,
  demo: ClusterMeshDemo | undefined,
  { role, configuration, environment: { managed } }: Loaded,
): Readonly<Record<string, unknown>> {
  const clusters = Object.fromEntries(
    Object.entries(configuration.clusters).filter(([name]) => managed.includes(name)),
  );
  return present({
    clusters: describeClusters({ clusters }),
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
  { configuration, environment }: Loaded,
): Readonly<Record<string, unknown>> {
  return {
    [REGISTRY_OUTPUT]: registryOf(configuration, environment.authority),
    [SIGNING_OUTPUT]: authority.signing,
    clusters: describeClusters(configuration),
    authorities: authority.authorities,
    topology: authority.topology,
  };
}
