export { ClusterMesh } from "./clusterMesh";
export { ClusterMeshAuthority, type ClusterMeshAuthorityArgs } from "./clusterMeshAuthority";
export { validateArgs, type ClusterMeshArgs, type MeshCluster } from "./clusterMeshArgs";
export type { AuthoritySummary } from "./certificates/authorities";
export {
  authorityNames,
  originOf,
  scopeOf,
  validateAuthority,
  type AuthorityOrigin,
  type MeshAuthority,
} from "./certificates/meshAuthority";
export type { Signing } from "./certificates/publishedAuthority";
export { adoptedTrust, type AdoptedAuthorityArgs } from "./certificates/authority";
export { answers, inspectCluster } from "./preflight/inspection";
export type { CertificateSummary } from "./cluster/member";
export type { ClusterAccess } from "./command/nodeCommand";
export { missingRights } from "./preflight/permissions";
export { peerSecretKeys } from "./peers/peerSecret";
export { refusal } from "./mesh/refusal";
export { DEFAULT_SETTINGS, type MeshSettings } from "./settings";
