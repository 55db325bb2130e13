import { z } from "zod";
import {
  inputsOf,
  TYPE_PREFIX,
  type InputsSpec,
  type ObjectSpec,
  type PropertySpec,
  type TypeSpec,
  type Wording,
} from "./model/packageTypes";
import { AUTHORITY_WORDING, authorityInputs, MESH_WORDING, meshInputs } from "./settings";

/** A component in Pulumi's schema of a package. */
interface ComponentSpec extends Omit<ObjectSpec, "type"> {
  readonly isComponent: true;
  readonly description: string;
  readonly inputProperties: Readonly<Record<string, PropertySpec>>;
  readonly requiredInputs: readonly string[];
}

/** Pulumi's schema of this package. */
export interface PackageSpec {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly meta: { readonly moduleFormat: string };
  readonly language: Readonly<Record<string, object>>;
  readonly resources: Readonly<Record<string, ComponentSpec>>;
  readonly types: Readonly<Record<string, ObjectSpec>>;
}

const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };
const ROWS: TypeSpec = { type: "array", items: ANY };
const BY_NAME: TypeSpec = { type: "object", additionalProperties: ANY };

const OF_BOTH = {
  authorities: { description: "The CAs that are trusted, who of them signs, and when they end.", ...ROWS },
  topology: { description: "The mesh as Mermaid text.", type: "string" },
} as const;

/** The outputs of `ClusterMesh`. */
const MESH_OUTPUTS = {
  ...OF_BOTH,
  certificates: { description: "What was issued, by cluster.", ...BY_NAME },
  readiness: { description: "How every agent sees every peer; absent where the check is off.", ...ROWS },
  paths: { description: "Whether the nodes of each cluster reach each other; absent where the check is off.", ...ROWS },
  stalePods: {
    description:
      "Pods that have kept identities from before the change of their cluster's id; absent where the check is off.",
    ...ROWS,
  },
  etcdUsers: {
    description:
      "By cluster, whether its etcd holds the peers to what they may read; absent where users are not managed.",
    ...BY_NAME,
  },
  lost: {
    description: "The lost clusters, with the commands that restore one by hand, should it ever return.",
    ...BY_NAME,
  },
  meshedClusters: { description: "Which clusters are in the mesh, lost ones too, and by which objects.", ...BY_NAME },
} as const satisfies Readonly<Record<string, PropertySpec>>;

const AUTHORITY_OUTPUTS = {
  ...OF_BOTH,
  signing: { description: "What the stacks of the clusters sign with.", secret: true, ...BY_NAME },
} as const satisfies Readonly<Record<string, PropertySpec>>;

/** The names of a component's outputs. */
export type MeshOutput = keyof typeof MESH_OUTPUTS;
export type AuthorityOutput = keyof typeof AUTHORITY_OUTPUTS;

/** The tokens of the components. */
export const MESH = `${TYPE_PREFIX}ClusterMesh`;
export const AUTHORITY = `${TYPE_PREFIX}ClusterMeshAuthority`;

const inputsSpec = (settings: z.ZodType, wording: Wording): InputsSpec =>
  inputsOf(z.toJSONSchema(settings, { io: "input" }), wording);

/** The inputs of each component, as they are sent. */
export const MESH_INPUTS = inputsSpec(meshInputs, MESH_WORDING);
export const AUTHORITY_INPUTS = inputsSpec(authorityInputs, AUTHORITY_WORDING);

function component(
  description: string,
  { inputs }: InputsSpec,
  properties: Readonly<Record<string, PropertySpec>>,
  required: readonly string[],
): ComponentSpec {
  const { properties: inputProperties, required: requiredInputs } = inputs;
  return { isComponent: true, description, inputProperties, requiredInputs, properties, required };
}

/** Pulumi's schema of this package: the components that other languages can use, with their inputs as the settings have them. */
export function packageSchema(version: string): PackageSpec {
  const mesh = component(
    "N Kubernetes clusters running Cilium as one ClusterMesh. The live clusters are inspected first, in previews too; whatever is " +
      "overwritten comes back on destroy.",
    MESH_INPUTS,
    MESH_OUTPUTS,
    ["authorities", "certificates", "lost", "meshedClusters", "topology"],
  );
  const authority = component(
    "Who signs for a mesh whose clusters are looked after by other stacks. It touches no cluster.",
    AUTHORITY_INPUTS,
    AUTHORITY_OUTPUTS,
    ["authorities", "signing", "topology"],
  );
  return {
    name: "clustermesh",
    displayName: "Cilium ClusterMesh",
    version,
    description: "N Cilium clusters, one ClusterMesh, one pulumi up",
    license: "Apache-2.0",
    meta: { moduleFormat: "(.*)" },
    resources: { [MESH]: mesh, [AUTHORITY]: authority },
    types: { ...MESH_INPUTS.types, ...AUTHORITY_INPUTS.types },
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}
