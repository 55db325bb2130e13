import { z } from "zod";
import { DEFAULT_SETTINGS } from "../components";
import { DEFAULT_CONNECTIONS_WARNING } from "../components/model/connections";

/** A text that a process can be given as an argument, and a terminal can show. */
const line = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "has control characters in it");

const ca = z.strictObject({
  certificate: z.string(),
  privateKey: z.string(),
  /** Certificates of CAs that are trusted beside it, while one follows another. */
  trusted: z.array(z.string()).exactOptional(),
});

/** An adopted CA as it is written down. */
export type AdoptedCA = z.infer<typeof ca>;

const generation = z.strictObject({
  client: z.int().min(1).exactOptional(),
  server: z.int().min(1).exactOptional(),
  authority: z.array(z.int().min(1)).exactOptional(),
});

const etcdFacts = {
  endpoints: z.array(z.string()),
  hostAliases: z.record(z.string(), z.array(z.string())).exactOptional(),
  /** How the machine that runs the program reaches this etcd, where that is not as the peers do. */
  adminEndpoints: z.array(z.string()).exactOptional(),
};

/** What a cluster is in the mesh. */
const clusterFacts = {
  id: z.number(),
  etcd: z.strictObject({ ...etcdFacts, ca: ca.exactOptional() }),
  apiServerEtcd: z.array(z.string()).exactOptional(),
  podCIDRs: z.array(z.string()),
  nodeCIDRs: z.array(z.string()),
  /** The cluster will not answer any more: the others drop it, and it can be removed without being asked. */
  gone: z.boolean().exactOptional(),
};

/** How a cluster is reached. */
const clusterAccess = {
  context: line.exactOptional(),
  kubeconfig: z.string().min(1).exactOptional(),
};

const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "is no name of a Kubernetes object")
  .max(253);

const cilium = z.strictObject({
  namespace: objectName.exactOptional(),
  configMap: objectName.exactOptional(),
  daemonSet: objectName.exactOptional(),
  /** `false` where no operator is installed. */
  operator: z.union([objectName, z.literal(false)]).exactOptional(),
  agentSelector: line.exactOptional(),
  agentContainer: objectName.exactOptional(),
});

const seconds = z.int().min(1).max(86_400);

const demo = z.strictObject({
  serverCluster: z.string().exactOptional(),
  serverNamespace: z.string().exactOptional(),
  clientCluster: z.string().exactOptional(),
  clientNamespace: z.string().exactOptional(),
  image: line.exactOptional(),
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).exactOptional(),
  nodeSelectors: z.record(z.string(), z.record(z.string(), z.string())).exactOptional(),
  awaitWorkloads: z.boolean().exactOptional(),
  ping: z.boolean().exactOptional(),
  // At most a minute: the kernel gives up connecting after about two, and that would not be the ping's own limit any more.
  pingTimeoutSeconds: z.int().min(1).max(60).exactOptional(),
  verdictTimeoutSeconds: seconds.exactOptional(),
});

const { authority, leaf, keyAlgorithm } = DEFAULT_SETTINGS.certificates;

/** Settings that hold for all clusters of a mesh alike, and are public. */
const meshWide = {
  authority: z.enum(["generated", "adopted"]).default("generated"),
  cilium: cilium.default({}),
  maxConnectedClusters: z.literal([255, 511]).default(DEFAULT_SETTINGS.maxConnectedClusters),
  ipamMode: z.string().exactOptional(),
  nativeRoutingCIDRs: z.array(z.string()).default([]),
  keyAlgorithm: z.enum(["P256", "RSA2048", "RSA4096"]).default(keyAlgorithm),
  authorityDays: z.number().default(authority.days),
  authorityRenewBeforeDays: z.number().default(authority.renewBeforeDays),
  leafDays: z.number().default(leaf.days),
  leafRenewBeforeDays: z.number().default(leaf.renewBeforeDays),
  generation: generation.default({}),
  peerSecret: objectName.default(DEFAULT_SETTINGS.peerSecret),
  etcdServerSecret: objectName.default(DEFAULT_SETTINGS.etcdServerSecret),
  etcdUsers: z.enum(["off", "manage"]).default(DEFAULT_SETTINGS.etcdUsers),
};

/** Settings of how one stack goes about its clusters. */
const local = {
  expiryWarningDays: z.int().min(0).max(36_500).default(30),
  foreignSecret: z.enum(["refuse", "adopt"]).default(DEFAULT_SETTINGS.foreignSecret),
  conflicts: z.enum(["refuse", "overwrite"]).default(DEFAULT_SETTINGS.conflicts),
  awaitRollOut: z.boolean().default(true),
  rollOutTimeoutSeconds: seconds.default(600),
  check: z.boolean().default(true),
  checkTimeoutSeconds: seconds.default(300),
  otherStacks: z.enum(["report", "require"]).default(DEFAULT_SETTINGS.otherStacks),
  stalePods: z.enum(["report", "restart"]).default(DEFAULT_SETTINGS.stalePods),
  openPolicies: z.enum(["refuse", "accept"]).default(DEFAULT_SETTINGS.openPolicies),
  connectionsWarning: z.int().min(0).default(DEFAULT_CONNECTIONS_WARNING),
  liveChecks: z.boolean().default(true),
  /** How long a cluster may be silent, several tries together, until it counts as unreachable. */
  liveCheckTimeoutSeconds: seconds.default(30),
  unreachable: z.enum(["error", "warn"]).default("error"),
  demo: z.union([z.boolean(), demo]).default(false),
  /** Under which name the stack marks what is its own. */
  owner: line.max(300).exactOptional(),
};

/**
 * The configuration of a mesh, key by key. Strict, so that a misspelt property is a problem and not a silence; what the values mean together
 * is the model's business. Every setting that `Pulumi.yaml` declares has the same default here.
 */
export const configurationSchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject({ ...clusterFacts, ...clusterAccess })),
  ca: ca.exactOptional(),
  ...meshWide,
  ...local,
});

/** What an authority stack is given: the whole mesh, and no way into any cluster. */
export const authoritySchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject(clusterFacts)),
  ca: ca.exactOptional(),
  ...meshWide,
  expiryWarningDays: local.expiryWarningDays,
});

/** What a member stack is given: where the mesh is described, and the ways into its own clusters. */
export const memberSchema = z.strictObject({
  authorityStack: line,
  clusters: z.record(z.string(), z.strictObject(clusterAccess)),
  ...local,
});

/** The public part of a mesh's configuration: the settings that all its stacks share, and the clusters without ways in and without keys. */
export const publicSchema = z.object({
  settings: z.object(meshWide),
  clusters: z.record(z.string(), z.object({ ...clusterFacts, etcd: z.object(etcdFacts) })),
});

/** The local settings as they are where none is given. */
export const LOCAL_DEFAULTS = z.strictObject(local).parse({});

/** A mesh's configuration, read. It holds secrets as they are: whoever uses one wraps it at once. */
export type Configuration = z.infer<typeof configurationSchema>;

/** A member stack's configuration, read. */
export type MemberConfiguration = z.infer<typeof memberSchema>;
