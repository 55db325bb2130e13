import type { LabCluster } from "../../../lab";
import { INPUT_VARIABLE } from "../../../components/command/protocol";

type Json = Readonly<Record<string, unknown>>;

interface Resource extends Json {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Json;
  readonly outputs?: Json;
  readonly dependencies?: readonly string[];
}

interface Deployment extends Json {
  readonly deployment: Json & { readonly resources: readonly Resource[] };
}

/** How the resources of a cluster were called, as the version before had them: the cluster's name, and this. */
const ENDINGS: Readonly<Record<string, string>> = {
  "": "",
  "-client-key": "-client-key",
  "-client-request": "-client-request",
  "-client-cert": "-client-cert",
  "-etcd-server-key": "-etcd-server-key",
  "-etcd-server-request": "-etcd-server-request",
  "-etcd-server-cert": "-etcd-server-cert",
  "-etcd-server": "-etcd-server",
  "-original-config": "-originals",
  "-rollout": "-settled",
  "-objects": "-objects",
  "-peers": "-peers",
  "-policy-check": "-guard",
};

const KEYS: Readonly<Record<string, string>> = {
  cilium: "names",
  desiredConfig: "desired",
  managedObjects: "claims",
  originalConfig: "originals",
  lost: "gone",
};

/** The verbs by the ending of the resource's name before: create, update, delete. */
const VERBS: Readonly<Record<string, Json>> = {
  "-originals": { create: "record", update: "keep", delete: "release" },
  "-settled": { create: "settle", update: "settle", delete: "restore" },
  "-objects": { create: "claim", update: "claim", delete: "remove" },
  "-guard": { delete: "guard" },
};

/** Those of the clusters stood at the top, beside the mesh. */
const PROVIDER = "pulumi:providers:kubernetes";

function formerUrn(urn: string, clusters: readonly LabCluster[]): string {
  const parts = urn.split("::");
  const name = parts.at(-1) ?? "";
  const cluster = clusters.find((each) => name.startsWith(`clustermesh-${each.name}`));
  if (cluster === undefined) {
    return urn;
  }
  const ending = name.slice(`clustermesh-${cluster.name}`.length);
  const former = ENDINGS[ending];
  if (former === undefined) {
    throw new Error(`the version before had no resource of a cluster that ends in ${ending}`);
  }
  const [types = ""] = parts.slice(2, 3);
  const formerTypes = types.endsWith(PROVIDER)
    ? PROVIDER
    : types.replace("clustermesh:index:MeshedCluster", "clustermesh:index:Member");
  return [...parts.slice(0, 2), formerTypes, `${cluster.name}${former}`].join("::");
}

const WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  openPolicies: (value) => (value === true ? "accept" : "refuse"),
};

const renamed = (given: Json): Json =>
  Object.fromEntries(
    Object.entries(given).map(([key, value]) => [KEYS[key] ?? key, WORDS[key]?.(value) ?? value] as const),
  );

/** Inputs or outputs of a command as they were; those of other resources as they are. */
function formerProperties(properties: Json | undefined, verbs: Json): Json {
  const environment = properties?.["environment"] as Readonly<Record<string, unknown>> | undefined;
  const input = environment?.[INPUT_VARIABLE];
  if (typeof input !== "string") {
    throw new Error("the input of a command is not in the clear");
  }
  const former = JSON.stringify(renamed(JSON.parse(input) as Json));
  return { ...properties, ...verbs, environment: { ...environment, [INPUT_VARIABLE]: former } };
}

function formerCommand(resource: Resource): Resource {
  const ending = Object.keys(VERBS).find((each) => resource.urn.endsWith(each));
  const verbs = ending === undefined ? undefined : VERBS[ending];
  if (resource.type !== "command:local:Command" || verbs === undefined) {
    return resource;
  }
  const { inputs, outputs } = resource;
  return { ...resource, inputs: formerProperties(inputs, verbs), outputs: formerProperties(outputs, verbs) };
}

/** The Patch that set name and id, which stood between what was recorded and the roll-out; Pulumi was to forget it. */
function withPatch(resources: readonly Resource[], { name }: LabCluster): readonly Resource[] {
  const find = (ending: string): Resource => {
    const found = resources.find(({ urn }) => urn.endsWith(`::${name}${ending}`));
    if (found === undefined) {
      throw new Error(`the state has no ${name}${ending}`);
    }
    return found;
  };
  const [recorded, { provider }] = [find("-originals"), find("-peers")];
  const type = "kubernetes:core/v1:ConfigMapPatch";
  const urn = recorded.urn.replace("command:local:Command", type).replace(/-originals$/, "-config");
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cilium-config", namespace: "kube-system" },
  };
  const patch: Resource = {
    ...{ urn, type, custom: true, id: "kube-system/cilium-config", inputs: object, outputs: object },
    ...{ parent: recorded["parent"], provider, dependencies: [recorded.urn], retainOnDelete: true },
  };
  return resources.flatMap((each) => {
    if (each === recorded) return [each, patch];
    const isAfter = each.urn.endsWith(`::${name}-settled`);
    return [isAfter ? { ...each, dependencies: [...(each.dependencies ?? []), urn] } : each];
  });
}

/**
 * The state of a mesh as the version before would have left it: its names, types, verbs and inputs, and its Patch of each cluster.
 *
 * @param exported What `pulumi stack export` prints of a mesh that is up, and that has no demo and no users in etcd.
 */
export function formerState(exported: string, clusters: readonly LabCluster[]): string {
  const { deployment } = JSON.parse(exported) as Deployment;
  const urns = deployment.resources.map(({ urn }) => [urn, formerUrn(urn, clusters)] as const);
  const text = urns
    // A reference to a provider is its URN, and its id behind it.
    .reduce(
      (all, [urn, former]) => all.replaceAll(`"${urn}"`, `"${former}"`).replaceAll(`"${urn}::`, `"${former}::`),
      exported,
    )
    .replaceAll('"clustermesh:index:MeshedCluster"', '"clustermesh:index:Member"');
  const state = JSON.parse(text) as Deployment;
  const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn;
  const commands = state.deployment.resources
    .map((resource) => (resource.type === PROVIDER ? { ...resource, parent: stack } : resource))
    .map(formerCommand);
  const resources = clusters.reduce<readonly Resource[]>(withPatch, commands);
  return JSON.stringify({ ...state, deployment: { ...state.deployment, resources } });
}
