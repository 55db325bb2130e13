import { z } from "zod";
import { caOfOne } from "./ca";
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

/** What a cluster is in the mesh. */
export const clusterFacts = {
  id: z.number().meta({
    description:
      "Cilium's `cluster-id`. Unique in the mesh, 1 to `maxConnectedClusters`; 1 to 127 (and 256 to 383) under IPAM modes like " +
      "ENI.",
    examples: [101],
  }),
  etcd: z.strictObject({ ...etcdFacts, ca: caOfOne }),
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

/** A cluster as it is public: no way in, and no key. */
export const publicCluster = z.object({ ...clusterFacts, etcd: z.object(etcdFacts) });

/** What a cluster is in the mesh, as it is written down. */
export type ClusterFacts = Immutable<z.infer<typeof publicCluster>>;

/** How a cluster is reached, as it is written down. */
export type ClusterWay = Immutable<z.infer<z.ZodObject<typeof clusterAccess>>>;
