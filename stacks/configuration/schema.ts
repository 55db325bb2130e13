import { z } from "zod";
import type { KnownMesh } from "../../components";
import { allowOfMesh } from "../../components/settings/model/allow";
import { caOfAll } from "../../components/settings/model/ca";
import { cilium } from "../../components/settings/model/cilium";
import {
  clusterAccess,
  clusterFacts,
  ownClusterFacts,
  publicCluster,
  splitClusterFacts,
} from "../../components/settings/model/cluster";
import { local, meshWide } from "../../components/settings/model/settings";
import { line, type Immutable } from "../../components/settings/model/texts";
import { demo } from "./demo";

/** Settings of a stack that looks after clusters. */
const ofStack = { ...local, demo };

/** The configuration of a mesh, key by key: the arguments of the library's `ClusterMesh`, and the demo. */
export const configurationSchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject({ ...clusterFacts, ...clusterAccess })),
  ca: caOfAll,
  ...meshWide,
  ...ofStack,
});

/** What an authority stack is given: the whole mesh, and no way into any cluster. */
export const authoritySchema = z.strictObject({
  clusters: z.record(z.string(), z.strictObject(splitClusterFacts)),
  ca: caOfAll,
  ...meshWide,
  allow: allowOfMesh,
});

/** What a cluster stack is given: where the mesh is described, the ways into its own clusters, and what no other stack has to know of them. */
export const clusterStackSchema = z.strictObject({
  authorityStack: line.meta({
    description: "In a cluster stack: the authority stack whose outputs it reads.",
    examples: ["organization/clustermesh/mesh-authority"],
  }),
  clusters: z.record(z.string(), z.strictObject(ownClusterFacts)),
  ...ofStack,
});

/** The public part of a mesh's configuration: the settings that all its stacks share, and the clusters without ways in and without keys. */
export const publicSchema = z.object({
  settings: z.object({ ...meshWide, cilium: cilium.unwrap().strip(), allow: allowOfMesh }),
  clusters: z.record(z.string(), publicCluster),
});

/** The local settings as they are where none is given. */
export const LOCAL_DEFAULTS = z.strictObject(ofStack).parse({});

/** A mesh's configuration, read. It holds secrets as they are: code that uses one wraps it at once. */
export interface Configuration extends Omit<KnownMesh, "published" | "objects"> {
  readonly demo: Immutable<z.infer<typeof demo>>;
}

/** The configuration of a cluster stack, read. */
export type ClusterStackConfiguration = z.infer<typeof clusterStackSchema>;
