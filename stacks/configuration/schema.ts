import { z } from "zod";
import { DEFAULT_SETTINGS } from "../../components";
import { DEFAULT_DEMO } from "../../components/demo/model/demo";
import { DEFAULT_CONNECTIONS_WARNING } from "../../components/preflight/model/connections";

/** A text that a process can be given as an argument, and a terminal can show. */
const line = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "has control characters in it");

const ca = z.strictObject({
  certificate: z.string().meta({
    description:
      "The CA's certificate, PEM. Of an intermediate CA: those above it follow it in the same text; they are trusted as well.",
    secret: true,
  }),
  privateKey: z.string().meta({ description: "The CA's private key, PEM.", secret: true }),
  trusted: z.array(z.string()).exactOptional().meta({
    description: "Certificates, PEM, of CAs that are trusted beside this one, while one CA follows another.",
    secret: true,
  }),
});

const caOfAll = ca.exactOptional().describe("With `authority: adopted`: the CA of all etcds.");

/** An adopted CA as it is written down. */
export type AdoptedCA = z.infer<typeof ca>;

const generation = z.strictObject({
  client: z.int().min(1).exactOptional().meta({
    description: "Another number makes new keys and certificates for the clients of all etcds.",
    default: DEFAULT_SETTINGS.keyRevisions.client,
  }),
  server: z.int().min(1).exactOptional().meta({
    description:
      "Another number makes new keys and certificates for the etcd servers. Only with a generated authority.",
    default: DEFAULT_SETTINGS.keyRevisions.server,
  }),
  authority: z
    .array(z.int().min(1))
    .exactOptional()
    .meta({
      description:
        "The generated CAs that are trusted, one to three numbers. The first of them signs. Only with a generated authority.",
      examples: [[1, 2]],
      default: DEFAULT_SETTINGS.keyRevisions.authority,
    }),
});

const etcdFacts = {
  endpoints: z.array(z.string()).meta({
    description: "`https://host:port` of Cilium's etcd, as the peers reach it.",
    examples: [["https://10.1.1.1:2379"]],
  }),
  hostAliases: z
    .record(z.string(), z.array(z.string()))
    .exactOptional()
    .meta({
      description:
        "The addresses behind the name of an endpoint that DNS does not know. Needs Cilium 1.20 in the peers.",
      examples: [{ "us-1.mesh.cilium.io": ["10.3.0.11"] }],
    }),
  adminEndpoints: z
    .array(z.string())
    .exactOptional()
    .meta({
      description:
        "With `etcdUsers: manage`: how the machine that runs Pulumi reaches this etcd. Without it: as the peers do, by " +
        "`etcd.endpoints`.",
      examples: [["https://127.0.0.1:12379"]],
    }),
};

/** What a cluster is in the mesh. */
const clusterFacts = {
  id: z.number().meta({
    description:
      "Cilium's `cluster-id`. Unique in the mesh, 1 to `maxConnectedClusters`; 1 to 127 (and 256 to 383) under IPAM modes like " +
      "ENI.",
    examples: [101],
  }),
  etcd: z.strictObject({
    ...etcdFacts,
    ca: ca.exactOptional().describe("With `authority: adopted` and no `ca`: the CA of this etcd alone."),
  }),
  apiServerEtcd: z
    .array(z.string())
    .exactOptional()
    .meta({
      description:
        "Endpoints of the etcd behind the API server: no peer is ever given one of them. `[]` where they cannot be known (a " +
        "managed control plane).",
      examples: [["https://10.1.0.21:2379"]],
    }),
  podCIDRs: z.array(z.string()).meta({
    description:
      "The cluster's ranges of pod addresses, v4 and v6. They overlap with no other range of pods in the mesh.",
    examples: [["10.60.0.0/16"]],
  }),
  nodeCIDRs: z.array(z.string()).meta({
    description: "The cluster's ranges of node addresses, v4 and v6. Nodes of two clusters may share a subnet.",
    examples: [["10.1.1.0/24"]],
  }),
  gone: z
    .boolean()
    .exactOptional()
    .meta({
      description:
        "`true`: the cluster is lost and will never answer again. Its peers drop it, and it can be removed without a connection to " +
        "it.",
      default: false,
    }),
};

/** How a cluster is reached. */
const clusterAccess = {
  context: line.exactOptional().meta({
    description:
      "Context of the kubeconfig at hand. The credentials stay out of the state. Give either this or `kubeconfig`.",
    examples: ["cluster1"],
  }),
  kubeconfig: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: "The content of a kubeconfig. Give either this or `context`.", secret: true }),
};

const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "is no name of a Kubernetes object")
  .max(253);

const cilium = z.strictObject({
  namespace: objectName.exactOptional().meta({
    description: "Namespace of Cilium. Stays what it is while a cluster is in the mesh.",
    default: DEFAULT_SETTINGS.cilium.namespace,
  }),
  configMap: objectName.exactOptional().meta({
    description: "ConfigMap with the agents' configuration. Stays what it is while a cluster is in the mesh.",
    default: DEFAULT_SETTINGS.cilium.configMap,
  }),
  daemonSet: objectName.exactOptional().meta({
    description: "DaemonSet of the agents. Stays what it is while a cluster is in the mesh.",
    default: DEFAULT_SETTINGS.cilium.daemonSet,
  }),
  operator: z
    .union([objectName, z.literal(false)])
    .exactOptional()
    .meta({
      description:
        "Deployment of the operator; `false` where none is installed. Stays what it is while a cluster is in the mesh.",
      default: DEFAULT_SETTINGS.cilium.operator,
    }),
  agentSelector: line.exactOptional().meta({
    description: "Label selector of the agent pods.",
    examples: ["app.kubernetes.io/name=cilium-agent"],
    default: DEFAULT_SETTINGS.cilium.agentSelector,
  }),
  agentContainer: objectName
    .exactOptional()
    .meta({ description: "The agent's container in its pods.", default: DEFAULT_SETTINGS.cilium.agentContainer }),
});

const seconds = z.int().min(1).max(86_400);

const demo = z.strictObject({
  serverCluster: z
    .string()
    .exactOptional()
    .meta({
      description: "Cluster of the database. Without it: the first of the stack's clusters by name.",
      examples: ["cluster1"],
    }),
  serverNamespace: z
    .string()
    .exactOptional()
    .meta({ description: "Namespace of the database.", default: DEFAULT_DEMO.serverNamespace }),
  clientCluster: z
    .string()
    .exactOptional()
    .meta({
      description: "Cluster of the remote clients. Without it: the second of the stack's clusters by name.",
      examples: ["cluster2"],
    }),
  clientNamespace: z.string().exactOptional().meta({
    description: "Namespace of the remote clients that the policy lists.",
    default: DEFAULT_DEMO.clientNamespace,
  }),
  image: line.exactOptional().meta({
    description: "An image with `redis-server`, `redis-cli`, `sleep` and `timeout`.",
    default: DEFAULT_DEMO.image,
  }),
  imagePullPolicy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .exactOptional()
    .meta({ description: "`imagePullPolicy` of its containers.", default: DEFAULT_DEMO.imagePullPolicy }),
  nodeSelectors: z
    .record(z.string(), z.record(z.string(), z.string()))
    .exactOptional()
    .meta({
      description: "Node selectors by workload: `protected-db`, `employee`, `stranger`.",
      examples: [{ "protected-db": { "kubernetes.io/hostname": "node1" } }],
      default: DEFAULT_DEMO.nodeSelectors,
    }),
  awaitWorkloads: z
    .boolean()
    .exactOptional()
    .meta({ description: "Wait until the workloads run.", default: DEFAULT_DEMO.awaitWorkloads }),
  ping: z
    .boolean()
    .exactOptional()
    .describe("Ping the database from every client, before and after the policy. Without it: as `awaitWorkloads`."),
  // At most a minute: the kernel gives up connecting after about two, and that would not be the ping's own limit any more.
  pingTimeoutSeconds: z
    .int()
    .min(1)
    .max(60)
    .exactOptional()
    .meta({ description: "How long one ping waits for its answer.", default: DEFAULT_DEMO.pingTimeoutSeconds }),
  verdictTimeoutSeconds: seconds.exactOptional().meta({
    description: "How long pings are repeated until all of them are as expected.",
    default: DEFAULT_DEMO.verdictTimeoutSeconds,
  }),
});

const { authority, leaf, keyAlgorithm } = DEFAULT_SETTINGS.certificates;

/** Settings that hold for all clusters of a mesh alike, and are public. */
const meshWide = {
  authority: z
    .enum(["generated", "adopted"])
    .default("generated")
    .describe(
      "Who signs. `generated`: a CA of the mesh. `adopted`: the CA that the etcds trust already, given as `ca`, or as `etcd.ca` " +
        "of each cluster.",
    ),
  cilium: cilium.default({}).describe("Names of Cilium's objects, where they are not those of its Helm chart."),
  maxConnectedClusters: z
    .literal([255, 511])
    .default(DEFAULT_SETTINGS.maxConnectedClusters)
    .describe("Cilium's `max-connected-clusters`, 255 or 511, as every cluster was installed."),
  ipamMode: z
    .string()
    .exactOptional()
    .meta({
      description:
        "Cilium's IPAM mode. `eni`, `alibabacloud` and `aws-cni` restrict the ids. These, `azure` and `delegated-plugin` let " +
        "clusters of one network share subnets. The live clusters are asked as well.",
      examples: ["eni"],
    }),
  nativeRoutingCIDRs: z
    .array(z.string())
    .default([])
    .meta({
      description: "Where given, every range of pods lies inside one of these.",
      examples: [["10.0.0.0/8", "fd00::/8"]],
    }),
  keyAlgorithm: z.enum(["P256", "RSA2048", "RSA4096"]).default(keyAlgorithm).describe("Keys of what is issued."),
  authorityDays: z.number().default(authority.days).describe("Lifetime of a generated CA, in days."),
  authorityRenewBeforeDays: z
    .number()
    .default(authority.renewBeforeDays)
    .describe("How many days before its end an `up` renews a generated CA. Shorter than `authorityDays`."),
  leafDays: z.number().default(leaf.days).describe("Lifetime of client and server certificates, in days."),
  leafRenewBeforeDays: z
    .number()
    .default(leaf.renewBeforeDays)
    .describe("How many days before their end an `up` renews client and server certificates. Shorter than `leafDays`."),
  generation: generation
    .default({})
    .describe("Which keys and generated CAs there are. A changed number issues new ones."),
  peerSecret: objectName
    .default(DEFAULT_SETTINGS.peerSecret)
    .describe(
      "The Secret that the agents mount at `/var/lib/cilium/clustermesh`. Stays what it is while a cluster is in the mesh.",
    ),
  etcdServerSecret: objectName
    .default(DEFAULT_SETTINGS.etcdServerSecret)
    .describe("The Secret with an etcd's server certificate. It is made where the authority is generated."),
  etcdUsers: z
    .enum(["off", "manage"])
    .default(DEFAULT_SETTINGS.etcdUsers)
    .describe(
      "`manage`: in each etcd a user for every peer, until destroy, with a role that reads what a peer needs and nothing else.",
    ),
};

/** Settings of how one stack goes about its clusters. */
const local = {
  expiryWarningDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe("How many days before the end of a certificate previews and ups warn."),
  foreignSecret: z
    .enum(["refuse", "adopt"])
    .default(DEFAULT_SETTINGS.foreignSecret)
    .describe(
      "A Secret named `peerSecret` that this stack has not made. `refuse` it, or `adopt`: add the peers and keep its other keys.",
    ),
  conflicts: z
    .enum(["refuse", "overwrite"])
    .default(DEFAULT_SETTINGS.conflicts)
    .describe(
      "Name and id in `cilium-config` that belong to Helm, or to another owner, and differ. `refuse`, or `overwrite` until " +
        "destroy.",
    ),
  awaitRollOut: z
    .boolean()
    .default(true)
    .describe(
      "Wait for the roll-out of agents and operator. Agents whose DaemonSet has `updateStrategy: OnDelete` (kOps, Talos) are " +
        "restarted, as many at a time as `maxUnavailable` allows, else one.",
    ),
  rollOutTimeoutSeconds: seconds.default(600).describe("For how many seconds nothing may move in a roll-out."),
  check: z
    .boolean()
    .default(true)
    .describe(
      "Wait until every agent sees every peer with the declared id and has forgotten those that left, every etcd accepts new " +
        "connections, and every path between nodes of a cluster that worked before works.",
    ),
  checkTimeoutSeconds: seconds.default(300).describe("How many seconds the check waits."),
  otherStacks: z
    .enum(["report", "require"])
    .default(DEFAULT_SETTINGS.otherStacks)
    .describe("In a member stack: peers of other stacks that are not ready. `report`, or `require` them."),
  stalePods: z
    .enum(["report", "restart"])
    .default(DEFAULT_SETTINGS.stalePods)
    .describe(
      "Pods that keep an identity of another cluster id. `report` them, or `restart` those that a controller makes again. A " +
        "restart deletes the pod and asks no disruption budget.",
    ),
  openPolicies: z
    .enum(["refuse", "accept"])
    .default(DEFAULT_SETTINGS.openPolicies)
    .describe(
      "Policies that would allow more traffic as clusters join or leave. `refuse` the change, in previews too, or `accept` it. " +
        "For a cluster that leaves, an `up` sets this beforehand.",
    ),
  connectionsWarning: z
    .int()
    .min(0)
    .default(DEFAULT_CONNECTIONS_WARNING)
    .describe("From how many connections of peers' agents to one etcd previews and ups warn; 0 for never."),
  liveChecks: z
    .boolean()
    .default(true)
    .describe("Check the live clusters in every preview and up. Switch it off where there are no credentials."),
  liveCheckTimeoutSeconds: seconds
    .default(30)
    .describe(
      "For how many seconds, in up to four tries, a cluster may be silent until it counts as unreachable. A cluster that refuses " +
        "connections for two seconds counts as unreachable too.",
    ),
  unreachable: z
    .enum(["error", "warn"])
    .default("error")
    .describe("A cluster that does not answer: `error`, or `warn`."),
  demo: z
    .union([z.boolean(), demo])
    .default(false)
    .describe(
      "Two clusters' workloads and a policy that prove the mesh with traffic. `true`, or an object with the settings below.",
    ),
  owner: line
    .max(300)
    .exactOptional()
    .meta({
      description:
        "The name with which this stack marks its objects. Without it: organization, project, stack, and a mark of the backend. " +
        "Set it where a state has moved to another backend; the refusal names the value.",
      examples: ["organization/clustermesh/mymesh@0a1b2c3d"],
    }),
};

/**
 * The configuration of a mesh, key by key. Strict, so that a misspelt property is a problem and not a silence; what the values mean together
 * is the model's business. Every setting that `Pulumi.yaml` declares has the same default here.
 */
export const configurationSchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject({ ...clusterFacts, ...clusterAccess })),
  ca: caOfAll,
  ...meshWide,
  ...local,
});

/** What an authority stack is given: the whole mesh, and no way into any cluster. */
export const authoritySchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject(clusterFacts)),
  ca: caOfAll,
  ...meshWide,
  expiryWarningDays: local.expiryWarningDays,
});

/** What a member stack is given: where the mesh is described, and the ways into its own clusters. */
export const clusterStackSchema = z.strictObject({
  authorityStack: line.meta({
    description: "In a member stack: the authority stack whose outputs it reads.",
    examples: ["organization/clustermesh/mesh-authority"],
  }),
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

/** A mesh's configuration, read. It holds secrets as they are: code that uses one wraps it at once. */
export type Configuration = z.infer<typeof configurationSchema>;

/** The configuration of a stack with the role `member`, read. */
export type ClusterStackConfiguration = z.infer<typeof clusterStackSchema>;
