import { DEFAULT_CERTIFICATE_POLICY } from "./certificates/model/certificates";
import { DEFAULT_KEY_REVISIONS } from "./certificates/model/keyRevisions";
import { DEFAULT_CILIUM_OBJECTS } from "./cilium/model/agentConfig";
import type { ClusterSettings } from "./cluster/clusterCommands";
import type { MeshCheckSettings } from "./meshCheck/meshCheck";
import { CLUSTERMESH_SECRET } from "./peers/model/peerFile";
import type { PolicySettings } from "./policyCheck/policyCheck";

/** The settings of a mesh. All have defaults that fit a Cilium installed by its Helm chart. */
export interface MeshSettings extends ClusterSettings, MeshCheckSettings, PolicySettings {}

/** Settings for a Cilium as its Helm chart installs it. */
export const DEFAULT_SETTINGS: MeshSettings = {
  cilium: DEFAULT_CILIUM_OBJECTS,
  maxConnectedClusters: 255,
  certificates: DEFAULT_CERTIFICATE_POLICY,
  keyRevisions: DEFAULT_KEY_REVISIONS,
  peerSecret: CLUSTERMESH_SECRET,
  foreignSecret: "refuse",
  etcdServerSecret: "clustermesh-etcd-server",
  conflicts: "refuse",
  rollOut: { enabled: true, timeoutSeconds: 600 },
  check: { enabled: true, timeoutSeconds: 300 },
  otherStacks: "report",
  stalePods: "report",
  openPolicies: "refuse",
  etcdUsers: "off",
};
