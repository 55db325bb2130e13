import { z } from "zod";
import { allow } from "./allow";
import { certificates, keyRevisions } from "./certificates";
import { cilium } from "./cilium";
import { line, objectName, type Immutable } from "./texts";
import { waits } from "./wait";

/** Settings that hold for all clusters of a mesh alike, and are public. */
export const meshWide = {
  authority: z
    .enum(["generated", "adopted"])
    .default("generated")
    .describe(
      "Who signs. `generated`: a CA of the mesh. `adopted`: the CA that the etcds trust already, given as `ca`, or as `etcd.ca` " +
        "of each cluster.",
    ),
  cilium,
  maxConnectedClusters: z
    .literal([255, 511])
    .default(255)
    .describe("Cilium's `max-connected-clusters`, 255 or 511, as every cluster was installed."),
  certificates,
  keyRevisions,
  peerSecret: objectName
    .default("cilium-clustermesh")
    .describe(
      "The Secret that the agents mount at `/var/lib/cilium/clustermesh`. Stays what it is while a cluster is in the mesh.",
    ),
  etcdUsers: z
    .enum(["off", "manage"])
    .default("off")
    .describe(
      "`manage`: in each etcd a user for every peer, until destroy, with a role that reads what a peer needs and nothing else.",
    ),
};

/** Settings of how a program goes about its clusters. */
export const local = {
  allow,
  requireExternalPeers: z
    .boolean()
    .default(false)
    .describe(
      "In a cluster stack: `true` has the check require the peers of other stacks. Otherwise those that are not ready are reported.",
    ),
  wait: waits,
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

/** Every setting of a mesh but its clusters and their CAs. Strict, so that a misspelt one is a problem and not a silence. */
export const settingsSchema = z.strictObject({ ...meshWide, ...local });

/** The settings of a mesh, each with its value. */
export type MeshSettings = Immutable<z.infer<typeof settingsSchema>>;

/** The settings of a mesh as they are given: what is absent has its default. */
export type GivenSettings = Immutable<z.input<typeof settingsSchema>>;

/** The settings that fit a Cilium as its Helm chart installs it. */
export const DEFAULT_SETTINGS: MeshSettings = settingsSchema.parse({});
