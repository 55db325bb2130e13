import { DEFAULT_SETTINGS, type CaSource, type MeshSettings } from "../../components";
import { validateKeyRevisions } from "../../components/certificates/model/keyRevisions";
import { DEFAULT_DEMO, type DemoSettings } from "../../components/demo/model/demo";
import type { ClusterSpec, MeshSpec } from "../../components/mesh/model/mesh";
import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { ObservedClusters } from "../../components/mesh/model/observed";
import type { Configuration } from "../configuration/schema";
import { caSource } from "../roles/caSource";
import { managedClusters, WHOLE_MESH, type Role } from "../roles/role";
import { stackOwner } from "./owner";

/** A stack's configuration as the arguments of its mesh. */
export interface Environment {
  readonly spec: MeshSpec;
  readonly settings: MeshSettings;
  readonly authority: CaSource;
  readonly demo?: DemoSettings;
  /** Whose what this stack makes is. */
  readonly owner: string;
  /** The clusters that this stack looks after, by name. */
  readonly managed: readonly string[];
  /** What was seen of the live clusters; absent where none was looked at yet. */
  readonly observed?: ObservedClusters;
}

function clusterSpec(cluster: Configuration["clusters"][string]): ClusterSpec {
  const { id, podCIDRs, nodeCIDRs, apiServerEtcd, etcd } = cluster;
  const { endpoints, hostAliases, adminEndpoints } = etcd;
  return {
    id,
    podCIDRs,
    nodeCIDRs,
    etcd: {
      endpoints,
      ...(hostAliases === undefined ? {} : { hostAliases }),
      ...(adminEndpoints === undefined ? {} : { adminEndpoints }),
    },
    ...(apiServerEtcd === undefined ? {} : { apiServerEtcd }),
    ...(cluster.gone === true ? { lost: true } : {}),
  };
}

function meshSpec(configuration: Configuration): MeshSpec {
  const { maxConnectedClusters, ipamMode, nativeRoutingCIDRs } = configuration;
  return {
    clusters: Object.fromEntries(
      Object.entries(configuration.clusters).map(([name, each]) => [name, clusterSpec(each)]),
    ),
    maxConnectedClusters,
    nativeRoutingCIDRs,
    ...(ipamMode === undefined ? {} : { ipamMode }),
  };
}

/** Given values over defaults; what is not given keeps its default. */
function over<T extends object>(defaults: T, given: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) };
}

function meshSettings(configuration: Configuration): MeshSettings {
  const { certificates, cilium } = DEFAULT_SETTINGS;
  const { operator: usualOperator, ...usualNames } = cilium;
  const { operator = usualOperator, ...names } = configuration.cilium;
  return over(DEFAULT_SETTINGS, {
    cilium: {
      ...over(usualNames, names),
      ...(operator === false || operator === undefined ? {} : { operator }),
    },
    maxConnectedClusters: configuration.maxConnectedClusters,
    certificates: {
      keyAlgorithm: configuration.keyAlgorithm,
      authority: over(certificates.authority, {
        days: configuration.authorityDays,
        renewBeforeDays: configuration.authorityRenewBeforeDays,
      }),
      leaf: over(certificates.leaf, {
        days: configuration.leafDays,
        renewBeforeDays: configuration.leafRenewBeforeDays,
      }),
    },
    keyRevisions: over(DEFAULT_SETTINGS.keyRevisions, configuration.generation),
    peerSecret: configuration.peerSecret,
    foreignSecret: configuration.foreignSecret,
    etcdServerSecret: configuration.etcdServerSecret,
    conflicts: configuration.conflicts,
    rollOut: { enabled: configuration.awaitRollOut, timeoutSeconds: configuration.rollOutTimeoutSeconds },
    check: { enabled: configuration.check, timeoutSeconds: configuration.checkTimeoutSeconds },
    otherStacks: configuration.otherStacks,
    stalePods: configuration.stalePods,
    openPolicies: configuration.openPolicies,
    etcdUsers: configuration.etcdUsers,
  });
}

/**
 * The demo with its clusters: the first two of the stack's own by name, unless they are named. Workloads that are not waited for are not pinged either, unless
 * that is asked for: mostly there are no nodes for them.
 */
function demoSettings(configuration: Configuration, managed: readonly string[]): DemoSettings | undefined {
  if (configuration.demo === false) {
    return undefined;
  }
  const given = configuration.demo === true ? {} : configuration.demo;
  const [first = "", second = ""] = [...managed].sort();
  const ping = given.awaitWorkloads ?? DEFAULT_DEMO.awaitWorkloads;
  return over({ ...DEFAULT_DEMO, ping, serverCluster: first, clientCluster: second }, given);
}

/** How each cluster of the stack's own is reached: a context or a kubeconfig, and not both. */
function accessProblems({ clusters }: Configuration, managed: readonly string[]): readonly Diagnostic[] {
  const reached = Object.entries(clusters).filter(([name]) => managed.includes(name));
  return reached.flatMap(([name, { context, kubeconfig, gone }]): Diagnostic[] => {
    const neededNoMore = gone === true && context === undefined;
    if (neededNoMore || (context === undefined) !== (kubeconfig === undefined)) {
      return [];
    }
    const reason = context === undefined ? "is missing" : "and kubeconfig are both given";
    return [error({ cluster: name, property: "context", reason, fix: "give either context or kubeconfig (a secret)" })];
  });
}

/** A configuration of the whole mesh as arguments, with what is wrong in it that a component could not know. */
export function toEnvironment(
  configuration: Configuration,
  now: Date,
  role: Role = WHOLE_MESH,
): { readonly environment: Environment; readonly problems: readonly Diagnostic[] } {
  const managed = managedClusters(role, configuration);
  const demo = demoSettings(configuration, managed);
  const settings = meshSettings(configuration);
  const { owner = stackOwner() } = configuration;
  const { authority, problems } = caSource(configuration, role, now);
  return {
    environment: {
      spec: meshSpec(configuration),
      settings,
      authority,
      owner,
      managed,
      ...(demo === undefined ? {} : { demo }),
    },
    problems: [
      ...accessProblems(configuration, managed),
      ...problems,
      ...validateKeyRevisions(settings.keyRevisions, configuration.authority),
    ],
  };
}
