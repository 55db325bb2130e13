import { membersOf, type MeshSpec } from "../components/model/mesh";

/** The clusters as a stack output: what they are in the mesh and where they are. */
export function describeClusters(spec: MeshSpec): readonly object[] {
  return membersOf(spec.clusters).map(({ name, id, etcd, podCIDRs, nodeCIDRs, presence }) => ({
    name,
    id,
    endpoints: etcd.endpoints,
    podCIDRs,
    nodeCIDRs,
    ...(presence === "gone" ? { presence } : {}),
  }));
}
