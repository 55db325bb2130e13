import { z } from "zod";

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

const etcd = z.strictObject({
  endpoints: z.array(z.string()),
  hostAliases: z.record(z.string(), z.array(z.string())).exactOptional(),
  /** How the machine that runs the program reaches this etcd, where that is not as the peers do. */
  adminEndpoints: z.array(z.string()).exactOptional(),
  ca: ca.exactOptional(),
});

const cluster = z.strictObject({
  id: z.number(),
  context: line.exactOptional(),
  kubeconfig: z.string().min(1).exactOptional(),
  etcd,
  apiServerEtcd: z.array(z.string()).exactOptional(),
  podCIDRs: z.array(z.string()),
  nodeCIDRs: z.array(z.string()),
  /** The cluster will not answer any more: the others drop it, and it can be removed without being asked. */
  gone: z.boolean().exactOptional(),
});

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

/**
 * The configuration of a stack, key by key. Strict, so that a misspelt property is a problem and not a silence; what the values mean
 * together is the model's business.
 */
export const configurationSchema = z.strictObject({
  clusters: z.record(z.string(), cluster),
  authority: z.enum(["generated", "adopted"]).default("generated"),
  ca: ca.exactOptional(),
  cilium: cilium.default({}),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  ipamMode: z.string().exactOptional(),
  nativeRoutingCIDRs: z.array(z.string()).default([]),
  keyAlgorithm: z.enum(["P256", "RSA2048", "RSA4096"]).default("P256"),
  authorityDays: z.number().exactOptional(),
  authorityRenewBeforeDays: z.number().exactOptional(),
  leafDays: z.number().exactOptional(),
  leafRenewBeforeDays: z.number().exactOptional(),
  generation: generation.default({}),
  expiryWarningDays: z.int().min(0).max(36_500).default(30),
  peerSecret: objectName.exactOptional(),
  foreignSecret: z.enum(["refuse", "adopt"]).exactOptional(),
  etcdServerSecret: objectName.exactOptional(),
  conflicts: z.enum(["refuse", "overwrite"]).exactOptional(),
  awaitRollOut: z.boolean().default(true),
  rollOutTimeoutSeconds: seconds.default(600),
  check: z.boolean().default(true),
  checkTimeoutSeconds: seconds.default(300),
  stalePods: z.enum(["report", "restart"]).exactOptional(),
  openPolicies: z.enum(["refuse", "accept"]).exactOptional(),
  etcdUsers: z.enum(["off", "manage"]).exactOptional(),
  liveChecks: z.boolean().default(true),
  liveCheckTimeoutSeconds: seconds.default(5),
  unreachable: z.enum(["error", "warn"]).default("error"),
  demo: z.union([z.boolean(), demo]).default(false),
});

/** A stack's configuration, read. It holds secrets as they are: whoever uses one wraps it at once. */
export type Configuration = z.infer<typeof configurationSchema>;
