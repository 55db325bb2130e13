/** A provider, as a rule sees it. */
export interface PolicyProvider {
  readonly urn: string;
  readonly name: string;
  readonly props: object;
}

/** A resource, as a rule sees it: secrets are plain values here, and no rule shows one. */
export interface PolicyResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Its inputs. */
  readonly props: object;
  /** Absent for components and for providers. */
  readonly provider?: PolicyProvider;
}

/** The value at a path of inputs; `undefined` where there is none. */
export function valueAt(props: object, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (Reflect.get(value, key) as unknown) : undefined),
    props,
  );
}

/** Whether a flag of a provider is set; providers have their inputs as JSON texts. */
export const isOn = (value: unknown): boolean => value === true || value === "true";

/** The types of the components in which a resource is, and its own, as its URN has them. */
const typesIn = (urn: string): readonly string[] => (urn.split("::")[2] ?? "").split("$");

/** Whether a component of this library has made the resource. */
export const isOfMesh = ({ urn, type }: PolicyResource): boolean =>
  !type.startsWith("clustermesh:") && typesIn(urn).some((each) => each.startsWith("clustermesh:index:"));

/** The last part of a type: `Secret` of `kubernetes:core/v1:Secret`. */
export const kindOf = ({ type }: Pick<PolicyResource, "type">): string => type.split(":").at(-1) ?? "";

/** Whether it is an object of a cluster. Components of the same package, such as a Chart, have no provider. */
export const isObject = ({ type, provider }: PolicyResource): boolean =>
  type.startsWith("kubernetes:") && provider !== undefined;

/** A Secret or a ConfigMap, or a patch of one: `Secret` or `ConfigMap`. */
export function filesKind({ type }: PolicyResource): "Secret" | "ConfigMap" | undefined {
  const kind = /^kubernetes:core\/v1:(Secret|ConfigMap)(?:Patch)?$/.exec(type)?.[1];
  return kind === "Secret" || kind === "ConfigMap" ? kind : undefined;
}
