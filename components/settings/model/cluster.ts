import { z } from "zod";
import { caOfApiserver, caOfOne } from "./ca";
import { line, type Immutable } from "./texts";

/** A cluster's own etcd, without what is secret of it. */
export const etcdFacts = {
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

/** The way into a clustermesh-apiserver, where it is another than its Service tells, or where nobody asks that. */
const apiserverFacts = { endpoints: etcdFacts.endpoints.exactOptional(), hostAliases: etcdFacts.hostAliases };

const apiserver = z.strictObject({ ...apiserverFacts, ca: caOfApiserver }).meta({
  description:
    "Of a cluster without `etcd`: how the peers reach its `clustermesh-apiserver`, by `endpoints` and `hostAliases` as `etcd` has " +
    "them. Without it: what its Service has (LoadBalancer: its addresses; NodePort: those of some nodes), dialled as " +
    "`<cluster>.mesh.cilium.io`. And who signs for its peers: `ca`, as `etcd` has it, where Secret `cilium-ca` is not the CA, or has no " +
    "key. In a mesh of several stacks nobody asks the clusters of other stacks: `endpoints` and `ca` are required.",
  examples: [{ endpoints: ["https://west.mesh.cilium.io:2379"] }],
  like: "etcd",
});

/** What is written down of every cluster in a mesh of several stacks, where nobody asks the clusters of other stacks. */
const writtenFacts = {
  id: z.number().meta({
    description:
      "Cilium's `cluster-id`. Unique in the mesh, 1 to `maxConnectedClusters`; 1 to 127 (and 256 to 383) under IPAM modes like " +
      "ENI.",
    examples: [101],
  }),
  etcd: z.strictObject({ ...etcdFacts, ca: caOfOne }).exactOptional(),
  apiserver: apiserver.exactOptional(),
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
  lost: z
    .boolean()
    .exactOptional()
    .meta({
      description:
        "`true`: the cluster is lost and will never answer again. Its peers drop it, and it can be removed without a connection to " +
        "it.",
      default: false,
    }),
};

/** What of a cluster its own stack alone depends on. */
const ownFacts = {
  reads: z
    .enum(["direct", "cached"])
    .exactOptional()
    .meta({
      description:
        "Who reads the peers. `direct`: the agents. `cached`: KVStoreMesh. Without it: `cached` where clustermesh-apiserver has a " +
        "container `kvstoremesh`.",
    }),
};

/** What a cluster is in the mesh. What is not written down is what the live cluster says. */
export const clusterFacts = {
  ...writtenFacts,
  ...ownFacts,
  podCIDRs: writtenFacts.podCIDRs.exactOptional(),
  nodeCIDRs: writtenFacts.nodeCIDRs.exactOptional(),
};

/** The same of a mesh of several stacks, as all of them know it. */
export const splitClusterFacts = writtenFacts;

/** How a cluster is reached. */
export const clusterAccess = {
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

/** A cluster as the stack has it that looks after it, beside what all of them know. */
export const ownClusterFacts = { ...clusterAccess, ...ownFacts };

/** What is public of where a cluster publishes: no key. */
const publicWays = {
  etcd: z.object(etcdFacts).exactOptional(),
  apiserver: z.object(apiserverFacts).exactOptional(),
};

/** A cluster as it is public: no way in, and no key. */
export const publicCluster = z.object({ ...writtenFacts, ...publicWays });

/** A cluster as it is written down, without what is secret of it. */
export const knownFacts = z.object({ ...clusterFacts, ...publicWays });

/** What a cluster is in the mesh, as it is written down, without what is secret of it. */
export type ClusterFacts = Immutable<z.infer<typeof knownFacts>>;

/** A cluster's own etcd, as its peers reach it. */
export type EtcdSpec = Immutable<z.infer<z.ZodObject<typeof etcdFacts>>>;

/** How a cluster is reached, as it is written down. */
export type ClusterWay = Immutable<z.infer<z.ZodObject<typeof clusterAccess>>>;
