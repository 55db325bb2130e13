import { z } from "zod";
import { caOrigin, type CaOrigin, type CaSource, type Signing } from "../../components";
import { publicSchema, type Configuration } from "../configuration/schema";

/**
 * The version of what authority stacks publish. It goes up whenever a program of before would misread it, or overlook in it what it must not:
 * then all stacks of a mesh are to run one version of the program.
 */
const REGISTRY_VERSION = 3;

/**
 * That of before had a setting more, which is left out. A cluster without `etcd` needed no other version: a program of before, which knows none in a
 * mesh of several stacks, refuses a registry that has one.
 */
const READABLE_VERSIONS = [2, REGISTRY_VERSION] as const;

/** The outputs of an authority stack that the cluster stacks read. */
export const REGISTRY_OUTPUT = "registry";
export const SIGNING_OUTPUT = "signing";

const registry = publicSchema.extend({
  version: z.literal(READABLE_VERSIONS),
  authority: z.enum(["generated", "adopted", "adoptedPerCluster"] satisfies CaOrigin[]),
});

/** The mesh as every stack of it has to know it; nothing in it is secret. */
export type Registry = z.infer<typeof registry>;

const id = z.union([z.number(), z.string()]);
const signing = z.record(
  z.string(),
  z.object({
    certificate: z.string(),
    privateKey: z.string(),
    bundle: z.string(),
    trust: z.object({ signs: id, trusts: z.array(id) }),
    trusted: z.array(z.object({ id, subject: z.string(), expires: z.string(), signs: z.boolean() })),
  }),
);

/** What a cluster stack has read of its authority stack. */
export interface Published {
  readonly registry: Registry;
  /** Of etcds, and of clusters with clustermesh-apiserver. Holds keys as they are: code that uses one wraps it at once. */
  readonly signing: Signing;
}

/** What an authority stack publishes of its configuration. */
export function registryOf(configuration: Configuration, caSource: CaSource): Registry {
  const { settings, clusters } = publicSchema.parse({ settings: configuration, clusters: configuration.clusters });
  return { version: REGISTRY_VERSION, authority: caOrigin(caSource), settings, clusters };
}

/** Why the outputs of a stack are no registry that this program can read: nothing is there, or not in this program's form. */
export type Unreadable = "nothing" | "another form";

/** Reads what an authority stack has published. */
export function readPublished(outputs: {
  readonly registry: unknown;
  readonly signing: unknown;
}): Published | Unreadable {
  if (outputs.registry === undefined || outputs.signing === undefined) {
    return "nothing";
  }
  const [described, material] = [registry.safeParse(outputs.registry), signing.safeParse(outputs.signing)];
  return described.success && material.success ? { registry: described.data, signing: material.data } : "another form";
}
