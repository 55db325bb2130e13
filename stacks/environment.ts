import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_SETTINGS, type MeshAuthority, type MeshSettings } from "../components";
import { DEFAULT_DEMO, type DemoSettings } from "../components/model/demo";
import type { ClusterSpec, MeshSpec } from "../components/model/mesh";
import { validateGeneration } from "../components/model/generation";
import type { Problem } from "../components/model/problem";
import { validateAdoptedAuthority } from "../components/model/validateCertificates";
import type { AdoptedCA, Configuration } from "./schema";

/** A stack's configuration as the arguments of its mesh. */
export interface Environment {
  readonly spec: MeshSpec;
  readonly settings: MeshSettings;
  readonly authority: MeshAuthority;
  readonly demo?: DemoSettings;
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
    ...(cluster.gone === true ? { presence: "gone" } : {}),
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
    generation: over(DEFAULT_SETTINGS.generation, configuration.generation),
    peerSecret: configuration.peerSecret,
    foreignSecret: configuration.foreignSecret,
    etcdServerSecret: configuration.etcdServerSecret,
    conflicts: configuration.conflicts,
    rollOut: { enabled: configuration.awaitRollOut, timeoutSeconds: configuration.rollOutTimeoutSeconds },
    check: { enabled: configuration.check, timeoutSeconds: configuration.checkTimeoutSeconds },
    stalePods: configuration.stalePods,
    openPolicies: configuration.openPolicies,
    etcdUsers: configuration.etcdUsers,
  });
}

/** An adopted CA is the mesh's one, or each cluster's own; half of each is a slip. */
function authorityProblems(configuration: Configuration, now: Date): readonly Problem[] {
  const own = Object.entries(configuration.clusters).flatMap(([name, { etcd }]) =>
    etcd.ca === undefined ? [] : [{ name, ca: etcd.ca }],
  );
  const total = Object.keys(configuration.clusters).length;
  if (configuration.authority === "generated") {
    const allowed = 'set clustermesh:authority to "adopted" to use it, or remove it';
    const unused = "is given, but the authority is generated";
    return [
      ...(configuration.ca === undefined ? [] : [{ property: "clustermesh:ca", reason: unused, allowed }]),
      ...own.map(({ name }) => ({ cluster: name, property: "etcd.ca", reason: unused, allowed })),
    ];
  }
  const shared = configuration.ca;
  if (shared !== undefined) {
    const both = own.map(({ name }) => ({
      cluster: name,
      property: "etcd.ca",
      reason: "is given beside clustermesh:ca",
      allowed: "give one CA for all, or one for each cluster",
    }));
    return [...both, ...validateAdoptedAuthority({ property: "clustermesh:ca" }, shared, now)];
  }
  const missing = Object.entries(configuration.clusters)
    .filter(([, { etcd, gone }]) => etcd.ca === undefined && gone !== true)
    .map(([name]) => ({
      cluster: name,
      property: "etcd.ca",
      reason: "is missing",
      allowed: "give every cluster its etcd's CA, or clustermesh:ca for all",
    }));
  const invalid = own.flatMap(({ name, ca }) =>
    validateAdoptedAuthority({ cluster: name, property: "etcd.ca" }, ca, now),
  );
  return own.length === 0 && total > 0
    ? [
        {
          property: "clustermesh:ca",
          reason: "is missing",
          allowed: "give certificate and privateKey of the CA that the etcds trust, or etcd.ca of each cluster",
        },
      ]
    : [...missing, ...invalid];
}

function meshAuthority(configuration: Configuration): MeshAuthority {
  if (configuration.authority === "generated") {
    return { kind: "generated" };
  }
  const adopt = ({ privateKey, ...certificates }: AdoptedCA) => ({
    ...certificates,
    privateKey: pulumi.secret(privateKey),
  });
  if (configuration.ca !== undefined) {
    return { kind: "adopted", authority: adopt(configuration.ca) };
  }
  const authorities = Object.entries(configuration.clusters).flatMap(([name, { etcd }]) =>
    etcd.ca === undefined ? [] : [[name, adopt(etcd.ca)] as const],
  );
  return { kind: "adoptedPerCluster", authorities: Object.fromEntries(authorities) };
}

/**
 * The demo with its clusters: the first two by name, unless they are named. Workloads that are not waited for are not pinged either, unless
 * that is asked for: mostly there are no nodes for them.
 */
function demoSettings(configuration: Configuration): DemoSettings | undefined {
  if (configuration.demo === false) {
    return undefined;
  }
  const given = configuration.demo === true ? {} : configuration.demo;
  const [first = "", second = ""] = Object.keys(configuration.clusters).sort();
  const ping = given.awaitWorkloads ?? DEFAULT_DEMO.awaitWorkloads;
  return over({ ...DEFAULT_DEMO, ping, serverCluster: first, clientCluster: second }, given);
}

/** How each cluster is reached: a context or a kubeconfig, and not both. */
function accessProblems(configuration: Configuration): readonly Problem[] {
  return Object.entries(configuration.clusters).flatMap(([name, { context, kubeconfig, gone }]): Problem[] => {
    const neededNoMore = gone === true && context === undefined;
    if (neededNoMore || (context === undefined) !== (kubeconfig === undefined)) {
      return [];
    }
    const reason = context === undefined ? "is missing" : "and kubeconfig are both given";
    return [{ cluster: name, property: "context", reason, allowed: "give either context or kubeconfig (a secret)" }];
  });
}

/** A configuration as arguments, with what is wrong in it that a component could not know. */
export function toEnvironment(
  configuration: Configuration,
  now: Date,
): { readonly environment: Environment; readonly problems: readonly Problem[] } {
  const demo = demoSettings(configuration);
  const settings = meshSettings(configuration);
  return {
    environment: {
      spec: meshSpec(configuration),
      settings,
      authority: meshAuthority(configuration),
      ...(demo === undefined ? {} : { demo }),
    },
    problems: [
      ...accessProblems(configuration),
      ...authorityProblems(configuration, now),
      ...validateGeneration(settings.generation, configuration.authority),
    ],
  };
}
