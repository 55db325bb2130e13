import { answers, caNames, inspectCluster, caOrigin, peerSecretKeys } from "../../components";
import { limiter } from "../../components/basics/limiter";
import { mapLimited } from "../../components/basics/mapLimited";
import { demoSettings } from "../../components/demo/model/demo";
import { managedObjectsOf } from "../../components/managedObjects";
import type { KubectlAccess } from "../../components/kubernetes/kubectl";
import { clustersOf, withoutLost } from "../../components/mesh/model/mesh";
import type { ObservedClusters } from "../../components/mesh/model/observed";
import type { Problem } from "../../components/mesh/model/problem";
import { configDrift } from "../../components/preflight/model/configDrift";
import { connectionsWarning } from "../../components/preflight/model/connections";
import { judgeLive, unreachableClusters } from "../../components/preflight/model/judge";
import { judgeRotation } from "../../components/preflight/model/judgeRotation";
import type { LiveCluster } from "../../components/preflight/model/liveCluster";
import { secretDrift } from "../../components/preflight/model/secretDrift";
import { slowAnswers, type Answered } from "../../components/preflight/model/slowAnswers";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";
import { judgeFormerState } from "./formerState";
import { observedClusters, reapplyOf, seenAs, unseen } from "./observed";
import { readOwnOutputs } from "./ownOutputs";
import { permissionsOf, type Asked } from "./permissions";
import { judgePolicyChanges, peersSeen } from "./policies";
import { rotationPolicy } from "./rotation";
import { checkWaysIn } from "./waysIn";

const CLUSTERS_AT_ONCE = 8;

/** What the live clusters have to say. */
export interface Preflight {
  readonly problems: readonly Problem[];
  /** Worth saying, but no reason to stop. */
  readonly warnings: readonly Problem[];
  /** What this run does by itself, and a preview would not explain. */
  readonly notes: readonly Problem[];
  /** What the run acts on, though the state knows of no change. */
  readonly observed: ObservedClusters;
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
    return access === undefined ? [] : [{ name, access, lost: cluster.lost === true }];
  });
}

/** Clusters that are declared lost and answer all the same: the wrong one may be declared. */
async function lostAndAnswering(configuration: Configuration, limit: number): Promise<readonly Problem[]> {
  const lost = reachableBy(configuration).filter((cluster) => cluster.lost);
  const found = await mapLimited(lost, CLUSTERS_AT_ONCE, async ({ name, access }): Promise<readonly Problem[]> => {
    if (!(await answers(access, limit))) {
      return [];
    }
    const reason = "is declared, but its API server answers";
    const fix =
      "it is dropped by its peers and left as it is, with its name and id; to have it given back as it was found, remove lost, " +
      "run pulumi up, and then remove the cluster";
    return [{ cluster: name, property: "lost", reason, fix }];
  });
  return found.flat();
}

interface Inspected {
  readonly live: ReadonlyMap<string, LiveCluster>;
  readonly answered: ReadonlyMap<string, Answered>;
}

/** The clusters that are asked, and what this stack makes there. */
function askedClusters(configuration: Configuration, { authority: caSource, managed }: Environment): readonly Asked[] {
  const demo = demoSettings(configuration, managed);
  return reachableBy(configuration)
    .filter(({ lost }) => !lost)
    .map(({ name, access }) => {
      return {
        name,
        access,
        managedObjects: managedObjectsOf(name, configuration, caOrigin(caSource) === "generated", demo),
      };
    });
}

async function inspectAll({ cilium }: Configuration, clusters: readonly Asked[], limit: number): Promise<Inspected> {
  const turn = limiter(CLUSTERS_AT_ONCE);
  const found = await Promise.all(
    clusters.map(async ({ name, access, managedObjects }) => {
      return { name, ...(await inspectCluster(access, cilium, managedObjects, limit, turn)) };
    }),
  );
  return {
    live: new Map(found.map(({ name, live }) => [name, live])),
    answered: new Map(found.flatMap(({ name, answered }) => (answered === undefined ? [] : [[name, answered]]))),
  };
}

/** The names of the Secrets that a cluster has of this stack's. */
function secretsOf(configuration: Configuration, { authority: caSource }: Environment): readonly string[] {
  const server = caOrigin(caSource) === "generated" ? [configuration.etcdServerSecret] : [];
  return [configuration.peerSecret, ...server];
}

/** How many agents the clusters have that say so. */
function agentCounts(live: ReadonlyMap<string, LiveCluster>): ReadonlyMap<string, number> {
  const counted = [...live].flatMap(([name, cluster]) => {
    const count = cluster.kind === "reachable" ? cluster.agent?.count : undefined;
    return count === undefined ? [] : [[name, count] as const];
  });
  return new Map(counted);
}

/** The clusters but for some. */
function without(live: ReadonlyMap<string, LiveCluster>, names: ReadonlySet<string>): ReadonlyMap<string, LiveCluster> {
  return new Map([...live].filter(([name]) => !names.has(name)));
}

/**
 * Inspects every cluster that the stack manages: whether it can join the mesh or stay in it, in previews too and before anything is written. An unreachable
 * cluster is a problem or a warning, as the configuration says.
 *
 * @param writes Whether the run goes on to write: then what it may not do is a problem by now.
 */
export async function preflight(
  configuration: Configuration,
  environment: Environment,
  writes = false,
): Promise<Preflight> {
  const { preflight: limit } = configuration.wait;
  if (limit === false) {
    return { problems: [], warnings: [], notes: [], observed: unseen(reachableBy(configuration), configuration) };
  }
  const { maxConnectedClusters, cilium, peerSecret, allow } = configuration;
  const { authority: caSource } = environment;
  const members = clustersOf(configuration.clusters);
  const peers = withoutLost(members);
  const names = peers.map((cluster) => cluster.name);
  const authorities = caNames(caSource, names);
  const clusters = askedClusters(configuration, environment);
  const [{ live, answered }, answering, managed] = await Promise.all([
    inspectAll(configuration, clusters, limit),
    lostAndAnswering(configuration, limit),
    readOwnOutputs(),
  ]);
  const former = await judgeFormerState(configuration, environment, peersSeen(live, peerSecret));
  const policy = {
    maxConnectedClusters,
    cilium,
    peerSecret,
    allow,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner: environment.owner,
    recorded: managed.recorded,
  };
  const judged = judgeLive(members, live, policy);
  const fitting = without(live, judged.ruledOut);
  const policies = await judgePolicyChanges(reachableBy(configuration), configuration, environment.owner, fitting);
  const now = new Date();
  const rotation = judgeRotation(names, fitting, rotationPolicy(configuration, environment, authorities, now), now);
  const slow = slowAnswers(answered, limit);
  const notes = [...judged.notes, ...rotation.notes, ...slow];
  const { changes, warnings: changed } = configDrift(peers, without(fitting, judged.misnamed), policy);
  const crowded = connectionsWarning(names, agentCounts(fitting));
  const drift = secretDrift(peers, fitting, secretsOf(configuration, environment), policy, now);
  const accesses = new Map(reachableBy(configuration).map(({ name, access }) => [name, access]));
  const ways = await checkWaysIn(accesses, live);
  const permissions = await permissionsOf(clusters, live, configuration, writes, limit);
  // Of a cluster whose user lacks rights, all that are missing say more than the first that was.
  const unreachable = unreachableClusters(peers, without(live, ways.explains)).flatMap((problem) => {
    return permissions.missing.get(problem.cluster ?? "") ?? [problem];
  });
  const lacking = [...permissions.missing].filter(([name]) => live.get(name)?.kind === "reachable");
  const warnings = [
    ...managed.problems,
    ...answering,
    ...judged.warnings,
    ...changed,
    ...drift.warnings,
    ...rotation.warnings,
    ...crowded,
    ...policies.warnings,
    ...former.warnings,
    ...permissions.unknown,
  ];
  const problems = [
    ...ways.problems,
    ...lacking.flatMap(([, missing]) => missing),
    ...judged.problems,
    ...rotation.problems,
    ...policies.problems,
    ...former.problems,
  ];
  const reapply = reapplyOf(names, managed.recorded, drift.reapply);
  const seen = { seenAs: seenAs(live), drift: changes, reapply };
  const observed = observedClusters(Object.keys(configuration.clusters), seen);
  return allow.includes("unreachable")
    ? { problems, warnings: [...unreachable, ...warnings], notes, observed }
    : { problems: [...unreachable, ...problems], warnings, notes, observed };
}
