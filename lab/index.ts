/** Real Kubernetes control planes with Cilium's objects on this machine, for the demo and the tests. */
export { MissingPrerequisite } from "./cache/toolchain";
export {
  actionlint,
  areNodeToolsBuilt,
  kubernetesPlugin,
  type KubernetesPlugin,
  nodeTools,
  tools,
  type Tools,
  yamlHost,
} from "./cache/tools";
export type { CiliumMode, CiliumSetup, ClusterIdentity, IpFamilies, Routing } from "./ciliumObjects/setup";
export type { HelmValues } from "./ciliumObjects/values";
export type { IpFamily } from "./clusterPlan";
export { down } from "./down";
export { readArgs, runProgram, UsageError, wholeNumber, wholeNumbers } from "./host/commandLine";
export { cacheFolder, homeFolder } from "./host/folders";
export { availableMemory } from "./host/memory";
export { ensureOwnFolder } from "./host/ownFolder";
export { CommandError, run } from "./host/run";
export { kubectl } from "./kubectl";
export type { EtcdTls } from "./controlPlane/etcd";
export type { LabApiServer, LabCluster, LabEtcd, LabNode } from "./labCluster";
export { requireNodeFeatures } from "./nodes/prerequisites";
export { createAuthority, issueLeaf, type LeafSpec, type Pair } from "./pki/certificate";
export { readModes } from "./setupFlags";
export { status } from "./status";
export { type Attempt, describeTraffic, trafficReport, type TrafficReport } from "./traffic/attempts";
export { type Pinger, type PingerArgs, startPinger } from "./traffic/pinger";
export { type Lab, up } from "./up";
export type { UpArgs } from "./upArgs";
