export { ClusterMesh } from "./clusterMesh";
export { stackOwner, validateArgs, type ClusterMeshArgs, type MeshCluster } from "./clusterMeshArgs";
export type { MeshAuthority } from "./authorities";
export type { AdoptedAuthorityArgs } from "./authority";
export { inspectCluster } from "./inspection";
export type { CertificateSummary } from "./member";
export type { ClusterAccess } from "./nodeCommand";
export { peerSecretKeys } from "./peerSecret";
export { DEFAULT_SETTINGS, type MeshSettings } from "./settings";
