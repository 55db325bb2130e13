import { z } from "zod";
import { DEFAULT_DEMO } from "../../components/demo/model/demo";
import { line } from "../../components/settings/model/texts";

/** What can be said of the demo. */
const settings = z.strictObject({
  clusters: z
    .tuple([z.string(), z.string()])
    .exactOptional()
    .meta({
      description:
        "The cluster of the database, and that of the remote clients. Without it: the first two of the stack's clusters by name.",
      examples: [["cluster1", "cluster2"]],
    }),
  image: line
    .default(DEFAULT_DEMO.image)
    .describe("An image with `redis-server`, `redis-cli`, `sleep` and `timeout`. It is pulled where a node lacks it."),
  nodeSelectors: z
    .record(z.string(), z.record(z.string(), z.string()))
    .default(DEFAULT_DEMO.nodeSelectors)
    .meta({
      description: "Node selectors by workload: `protected-db`, `employee`, `stranger`.",
      examples: [{ "protected-db": { "kubernetes.io/hostname": "node1" } }],
    }),
});

/** The demo: whether there is one, and what it is like. */
export const demo = z
  .union([z.boolean(), settings])
  .default(false)
  .describe(
    "Two clusters' workloads and a policy that prove the mesh with traffic. `true`, or an object with the settings below.",
  );
