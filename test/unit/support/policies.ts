import { RULES } from "../../../policies/model/rules";
import type { PolicyProvider, PolicyResource } from "../../../policies/model/resource";
import { present } from "../../../components/basics/model/own";
import type { Registered } from "./pulumiMocks";

/** What is wrong with a resource by one rule. */
export function violations(rule: string, resource: PolicyResource, config: object = {}): readonly string[] {
  const [found, ...others] = RULES.filter(({ name }) => name === rule);
  if (found === undefined || others.length > 0) throw new Error(`${others.length} rules ${rule}`);
  return found.violations(resource, config);
}

/** What is wrong with a resource by all of them. */
export const allViolations = (resource: PolicyResource): readonly string[] =>
  RULES.flatMap(({ name }) => violations(name, resource).map((line) => `${name}: ${line}`));

/** A URN of a resource in a component of the library. */
export const urnInMesh = (type: string, name: string): string =>
  `urn:pulumi:test::clustermesh::clustermesh:index:ClusterMesh$clustermesh:index:MeshedCluster$${type}::${name}`;

/** The URN of a resource of the program itself. */
export const urnOutside = (type: string, name: string): string => `urn:pulumi:test::clustermesh::${type}::${name}`;

/** A provider as the library makes it, on the wire; `props` puts a fault in. */
export function policyProvider(props: object = {}, name = "mesh-west"): PolicyProvider {
  const made = { enableSecretMutable: "true", upsertExistingObjects: "true", clusterIdentifier: "project/stack/west" };
  return { name, urn: urnOutside("pulumi:providers:kubernetes", name), props: { ...made, ...props } };
}

/** A resource of a mesh. */
export function meshResource(type: string, props: object, name = "mesh-west-x"): PolicyResource {
  const provider = type.startsWith("kubernetes:") ? policyProvider() : undefined;
  return { urn: urnInMesh(type, name), type, name, props, ...present({ provider }) };
}

/** What a program has registered, as the engine hands it to a policy. */
export function asPolicyResources(all: readonly Registered[]): readonly PolicyResource[] {
  const providers = new Map(
    all.flatMap(({ type, name, urn, inputs }) =>
      type.startsWith("pulumi:providers:") ? [[name, { name, urn, props: inputs }] as const] : [],
    ),
  );
  return all.map(({ urn, type, name, inputs, provider }) => ({
    urn,
    type,
    name,
    props: inputs,
    ...present({ provider: providers.get(provider) }),
  }));
}
