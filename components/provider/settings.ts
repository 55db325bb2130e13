import { z } from "zod";
import { caOfAll } from "../settings/model/ca";
import { allowOfMesh } from "../settings/model/allow";
import { clusterAccess, clusterFacts, splitClusterFacts } from "../settings/model/cluster";
import { local, meshWide } from "../settings/model/settings";

/** What another program has published, with which this one signs. */
const published = z
  .strictObject({
    from: z
      .enum(["generated", "adopted", "adoptedPerCluster"])
      .describe(
        "How the CAs came about: `authority` of the program that has them; `adoptedPerCluster` where each etcd has a CA of its own.",
      ),
    signing: z
      .record(z.string(), z.unknown())
      .meta({ description: "Output `signing` of its `ClusterMeshAuthority`.", secret: true }),
  })
  .exactOptional();

/** The inputs of `ClusterMesh`, as far as other languages can give them: the arguments of the library's class. */
export const meshInputs = z.strictObject({
  clusters: z.record(z.string(), z.strictObject({ ...clusterFacts, ...clusterAccess })),
  externalPeers: z.record(z.string(), z.strictObject(splitClusterFacts)).exactOptional(),
  ca: caOfAll,
  published,
  ...meshWide,
  ...local,
});

/** The inputs of `ClusterMeshAuthority`. */
export const authorityInputs = z.strictObject({
  clusters: z.record(z.string(), z.strictObject(splitClusterFacts)),
  ca: caOfAll,
  ...meshWide,
  allow: allowOfMesh,
});

const etcd =
  "The etcd of a cluster in kvstore mode. Without it the cluster publishes through its `clustermesh-apiserver`.";

const groups = {
  ca: "With `authority: adopted`: the CA that all etcds trust already.",
  cilium: "Names of Cilium's objects, where a hand-made install has others than its Helm chart.",
  certificates: "Keys and lifetimes of what is issued.",
  keyRevisions: "Which keys and CAs there are, as numbers that a person counts up.",
  wait: "For how many seconds the steps of a run wait.",
  "clusters.etcd": etcd,
} as const;

/** What the inputs of `ClusterMesh` are described by, beside their schema. */
export const MESH_WORDING = {
  prefix: "",
  groups: {
    ...groups,
    clusters: "The clusters that this stack looks after, by name.",
    externalPeers:
      "The rest of the mesh, which other stacks look after, by name: peers of these clusters, and not touched. Two clusters in all are the least.",
    "externalPeers.etcd": etcd,
    published:
      "What another stack has published of the CAs, with which this one signs. Without it, this stack has them.",
  },
  mayBeOutput: ["clusters.etcd.endpoints", "clusters.etcd.hostAliases", "clusters.etcd.adminEndpoints"],
} as const;

/** The same of `ClusterMeshAuthority`. */
export const AUTHORITY_WORDING = {
  prefix: "Authority",
  groups: { ...groups, clusters: "All clusters of the mesh, by name." },
  mayBeOutput: MESH_WORDING.mayBeOutput,
} as const;
