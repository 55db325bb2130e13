import { answers, authorityNames, inspectCluster, originOf, peerSecretKeys, stackOwner } from "../components";
import type { KubectlAccess } from "../components/kubectl";
import { limiter } from "../components/limiter";
import { mapLimited } from "../components/mapLimited";
import { claimsOf } from "../components/model/claims";
import { connectionsWarning } from "../components/model/connections";
import type { LiveCluster } from "../components/model/liveCluster";
import { membersOf, present } from "../components/model/mesh";
import { changedSince } from "../components/model/preflight/changedSince";
import { judgeLiveClusters, unreachableClusters } from "../components/model/preflight/judge";
import { judgeRotation } from "../components/model/preflight/judgeRotation";
import { slowAnswers, type Answered } from "../components/model/preflight/slowAnswers";
import type { Problem } from "../components/model/problem";
import type { Environment } from "./environment";
import { permissionsOf, type Asked } from "./permissions";
import { rotationPolicy } from "./rotation";
import type { Configuration } from "./schema";

const CLUSTERS_AT_ONCE = 8;

/** What the live clusters have to say. */
export interface Preflight {
  readonly problems: readonly Problem[];
  /** Worth saying, but no reason to stop. */
  readonly warnings: readonly Problem[];
  /** What this run does by itself, and a preview would not explain. */
  readonly notes: readonly Problem[];
  /** By cluster, what tells a change of its name and id since they were set from any other. */
  readonly changes?: Readonly<Record<string, string>>;
}

/** How to reach a cluster; nothing where the configuration does not say, or kubectl would take its current context for an answer. */
function accessOf({ context, kubeconfig }: Configuration["clusters"][string]): KubectlAccess | undefined {
  if (kubeconfig !== undefined) {
    return { kind: "kubeconfig", content: kubeconfig };
  }
  return context === undefined ? undefined : { kind: "context", context };
}

/** The clusters whose configuration says how to reach them. */
function reachableBy(configuration: Configuration) {
  return Object.entries(configuration.clusters).flatMap(([name, cluster]) => {
    const access = accessOf(cluster);
    return access === undefined ? [] : [{ name, access, gone: cluster.gone === true }];
  });
}

/** Clusters that are declared gone, and answer: somebody may have declared the wrong one. */
async function goneAndAnswering(configuration: Configuration): Promise<readonly Problem[]> {
  const gone = reachableBy(configuration).filter((cluster) => cluster.gone);
  const found = await mapLimited(gone, CLUSTERS_AT_ONCE, async ({ name, access }): Promise<readonly Problem[]> => {
    if (!(await answers(access, configuration.liveCheckTimeoutSeconds))) {
      return [];
    }
    const reason = "is declared, but its API server answers";
    const allowed =
      "it is dropped by its peers and left as it is, with its name and id; to have it given back as it was found, remove gone, " +
      "run pulumi up, and then remove the cluster";
    return [{ cluster: name, property: "gone", reason, allowed }];
  });
  return found.flat();
}

interface Inspected {
  readonly live: ReadonlyMap<string, LiveCluster>;
  readonly answered: ReadonlyMap<string, Answered>;
}

/** The clusters that are asked, and what this stack makes there. */
function askedClusters(configuration: Configuration, { settings, authority, demo }: Environment): readonly Asked[] {
  // An adopted Secret is no claim, but its keys must be known.
  const wanted = { ...settings, foreignSecret: "refuse" } as const;
  return reachableBy(configuration)
    .filter(({ gone }) => !gone)
    .map(({ name, access }) => {
      return { name, access, claims: claimsOf(name, wanted, originOf(authority) === "generated", demo) };
    });
}

async function inspectAll(
  configuration: Configuration,
  { settings }: Environment,
  clusters: readonly Asked[],
): Promise<Inspected> {
  const turn = limiter(CLUSTERS_AT_ONCE);
  const found = await Promise.all(
    clusters.map(async ({ name, access, claims }) => {
      const limit = configuration.liveCheckTimeoutSeconds;
      return { name, ...(await inspectCluster(access, settings.cilium, claims, limit, turn)) };
    }),
  );
  return {
    live: new Map(found.map(({ name, live }) => [name, live])),
    answered: new Map(found.flatMap(({ name, answered }) => (answered === undefined ? [] : [[name, answered]]))),
  };
}

/** How many agents the clusters have that say so. */
function agentCounts(live: ReadonlyMap<string, LiveCluster>): ReadonlyMap<string, number> {
  const counted = [...live].flatMap(([name, cluster]) => {
    const count = cluster.kind === "reachable" ? cluster.agent?.count : undefined;
    return count === undefined ? [] : [[name, count] as const];
  });
  return new Map(counted);
}

/**
 * Asks every cluster of the stack's own whether it can become or stay a member, in previews too and before anything is written. An unreachable
 * cluster is a problem or a warning, as the configuration says.
 *
 * @param writes Whether the run goes on to write: then what it may not do is a problem by now.
 */
export async function preflight(
  configuration: Configuration,
  environment: Environment,
  writes = false,
): Promise<Preflight> {
  if (!configuration.liveChecks) {
    return { problems: [], warnings: [], notes: [] };
  }
  const { spec, settings, authority } = environment;
  const members = membersOf(spec.clusters);
  const peers = present(members);
  const names = peers.map((member) => member.name);
  const authorities = authorityNames(authority, names);
  const clusters = askedClusters(configuration, environment);
  const [{ live, answered }, answering] = await Promise.all([
    inspectAll(configuration, environment, clusters),
    goneAndAnswering(configuration),
  ]);
  const judged = judgeLiveClusters(members, live, {
    ...settings,
    names: settings.cilium,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner: stackOwner(),
  });
  const rotation = judgeRotation(names, live, rotationPolicy(configuration, environment, authorities), new Date());
  const notes = [...rotation.notes, ...slowAnswers(answered, configuration.liveCheckTimeoutSeconds)];
  const { changes, warnings: changed } = changedSince(peers, live, settings.cilium.configMap);
  const crowded = connectionsWarning(names, agentCounts(live), configuration.connectionsWarning);
  const { liveCheckTimeoutSeconds: limit } = configuration;
  const permissions = await permissionsOf(clusters, live, settings, writes, limit);
  const warnings = [...answering, ...changed, ...rotation.warnings, ...crowded, ...permissions.unknown];
  // Of a cluster whose user lacks rights, all that are missing say more than the first that was.
  const unreachable = unreachableClusters(peers, live).flatMap((problem) => {
    return permissions.missing.get(problem.cluster ?? "") ?? [problem];
  });
  const lacking = [...permissions.missing].filter(([name]) => live.get(name)?.kind === "reachable");
  const problems = [...lacking.flatMap(([, missing]) => missing), ...judged, ...rotation.problems];
  return configuration.unreachable === "error"
    ? { problems: [...unreachable, ...problems], warnings, notes, changes }
    : { problems, warnings: [...unreachable, ...warnings], notes, changes };
}
