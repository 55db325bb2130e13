export { ClusterMesh } from "./clusterMesh";
export { ClusterMeshAuthority, type ClusterMeshAuthorityArgs } from "./clusterMeshAuthority";
export { validateArgs, type ClusterMeshArgs, type MeshCluster } from "./clusterMeshArgs";
export type { AuthoritySummary } from "./authorities";
export {
  authorityNames,
  originOf,
  scopeOf,
  validateAuthority,
  type AuthorityOrigin,
  type MeshAuthority,
} from "./meshAuthority";
export type { Signing } from "./publishedAuthority";
export { adoptedTrust, type AdoptedAuthorityArgs } from "./authority";
export { answers, inspectCluster } from "./inspection";
export type { CertificateSummary } from "./member";
export type { ClusterAccess } from "./nodeCommand";
export { missingRights } from "./permissions";
export { peerSecretKeys } from "./peerSecret";
export { refusal } from "./refusal";
export { DEFAULT_SETTINGS, type MeshSettings } from "./settings";
