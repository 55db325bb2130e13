import * as pulumi from "@pulumi/pulumi";
import { own, present } from "../basics/model/own";
import { ClusterMeshAuthority, type ClusterMeshAuthorityArgs } from "../clusterMeshAuthority";
import type { ClusterMeshArgs } from "../clusterMeshArgs";
import { inspectedMesh } from "../inspectedMesh";
import { givenArgs } from "./given";
import { AUTHORITY, AUTHORITY_INPUTS, MESH, MESH_INPUTS, packageSchema } from "./schema";
import type { AuthorityOutput, MeshOutput } from "./schema";
import { authorityInputs, meshInputs } from "./settings";

type Options = pulumi.ComponentResourceOptions;

/** What was made, for the program that asked for it. */
interface Made<Output extends string> extends pulumi.provider.ConstructResult {
  readonly state: Partial<Record<Output, unknown>>;
}

/** The resources that the inputs come from: whatever is made comes after them, and goes before. */
async function sources(inputs: pulumi.Inputs): Promise<readonly pulumi.Resource[]> {
  const [, byKey] = await pulumi.runtime.serializeResourceProperties("inputs", inputs);
  return [...new Set([...byKey.values()].flatMap((resources) => [...resources]))];
}

/** A component's own `dependsOn` is none of its children's. */
function after(resources: readonly pulumi.Resource[]): Options {
  if (resources.length === 0) return {};
  const dependsOn = [...resources];
  return { transformations: [({ props, opts }) => ({ props, opts: pulumi.mergeOptions(opts, { dependsOn }) })] };
}

async function makeMesh(name: string, inputs: pulumi.Inputs, options: Options): Promise<Made<MeshOutput>> {
  const args = (await givenArgs(inputs, MESH_INPUTS, meshInputs)) as ClusterMeshArgs;
  const mesh = await inspectedMesh(name, args, options);
  const { authorities, certificates, etcdUsers, lost, meshedClusters, paths, readiness, stalePods, topology } = mesh;
  const always = { authorities, certificates, lost, meshedClusters, topology };
  return { urn: mesh.urn, state: present({ ...always, etcdUsers, paths, readiness, stalePods }) };
}

async function makeAuthority(name: string, inputs: pulumi.Inputs, options: Options): Promise<Made<AuthorityOutput>> {
  const args = (await givenArgs(inputs, AUTHORITY_INPUTS, authorityInputs)) as ClusterMeshAuthorityArgs;
  const { urn, signing, authorities, topology } = new ClusterMeshAuthority(name, args, options);
  return { urn, state: { signing, authorities, topology } };
}

type Maker = (name: string, inputs: pulumi.Inputs, options: Options) => Promise<pulumi.provider.ConstructResult>;

/** By the token of the component. */
const MAKERS: Readonly<Record<string, Maker>> = { [MESH]: makeMesh, [AUTHORITY]: makeAuthority };

/** The components of this package for programs in any language: Pulumi's engine has it make them. */
export class MeshProvider implements pulumi.provider.Provider {
  readonly schema: string;

  constructor(readonly version: string) {
    this.schema = JSON.stringify(packageSchema(version));
  }

  /** @throws RunError with all that keeps the component from working, before any resource is registered. */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: Options,
  ): Promise<pulumi.provider.ConstructResult> {
    const make = own(MAKERS, type);
    if (make === undefined) {
      throw new pulumi.RunError(`${type} is no component of this package; there are ${Object.keys(MAKERS).join(", ")}`);
    }
    return make(name, inputs, { ...options, ...after(await sources(inputs)) });
  }
}
