import { answers, caNames, inspectCluster, caOrigin, peerSecretKeys } from "../../components";
import { limiter } from "../../components/basics/limiter";
import { mapLimited } from "../../components/basics/mapLimited";
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
    return access === undefined ? [] : [{ name, access, gone: cluster.gone === true }];
  });
}

/** Clusters that are declared lost (`gone`) and answer all the same: the wrong one may be declared. */
async function lostAndAnswering(configuration: Configuration): Promise<readonly Problem[]> {
  const gone = reachableBy(configuration).filter((cluster) => cluster.gone);
  const found = await mapLimited(gone, CLUSTERS_AT_ONCE, async ({ name, access }): Promise<readonly Problem[]> => {
    if (!(await answers(access, configuration.liveCheckTimeoutSeconds))) {
      return [];
    }
    const reason = "is declared, but its API server answers";
    const fix =
      "it is dropped by its peers and left as it is, with its name and id; to have it given back as it was found, remove gone, " +
      "run pulumi up, and then remove the cluster";
    return [{ cluster: name, property: "gone", reason, fix }];
  });
  return found.flat();
}

interface Inspected {
  readonly live: ReadonlyMap<string, LiveCluster>;
  readonly answered: ReadonlyMap<string, Answered>;
}

/** The clusters that are asked, and what this stack makes there. */
function askedClusters(
  configuration: Configuration,
  { settings, authority: caSource, demo }: Environment,
): readonly Asked[] {
  return reachableBy(configuration)
    .filter(({ gone }) => !gone)
    .map(({ name, access }) => {
      return {
        name,
        access,
        managedObjects: managedObjectsOf(name, settings, caOrigin(caSource) === "generated", demo),
      };
    });
}

async function inspectAll(
  configuration: Configuration,
  { settings }: Environment,
  clusters: readonly Asked[],
): Promise<Inspected> {
  const turn = limiter(CLUSTERS_AT_ONCE);
  const found = await Promise.all(
    clusters.map(async ({ name, access, managedObjects }) => {
      const limit = configuration.liveCheckTimeoutSeconds;
      return { name, ...(await inspectCluster(access, settings.cilium, managedObjects, limit, turn)) };
    }),
  );
  return {
    live: new Map(found.map(({ name, live }) => [name, live])),
    answered: new Map(found.flatMap(({ name, answered }) => (answered === undefined ? [] : [[name, answered]]))),
  };
}

/** The names of the Secrets that a cluster has of this stack's. */
function secretsOf({ settings, authority: caSource }: Environment): readonly string[] {
  const server = caOrigin(caSource) === "generated" ? [settings.etcdServerSecret] : [];
  return [settings.peerSecret, ...server];
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
  if (!configuration.liveChecks) {
    return { problems: [], warnings: [], notes: [], observed: unseen(reachableBy(configuration), environment) };
  }
  const { spec, settings, authority: caSource } = environment;
  const members = clustersOf(spec.clusters);
  const peers = withoutLost(members);
  const names = peers.map((cluster) => cluster.name);
  const authorities = caNames(caSource, names);
  const clusters = askedClusters(configuration, environment);
  const [{ live, answered }, answering, managed] = await Promise.all([
    inspectAll(configuration, environment, clusters),
    lostAndAnswering(configuration),
    readOwnOutputs(),
  ]);
  const former = await judgeFormerState(configuration, environment, peersSeen(live, settings.peerSecret));
  const policy = {
    ...settings,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner: environment.owner,
    recorded: managed.recorded,
    ...(spec.ipamMode === undefined ? {} : { ipamMode: spec.ipamMode }),
  };
  const judged = judgeLive(members, live, policy);
  const fitting = without(live, judged.ruledOut);
  const policies = await judgePolicyChanges(reachableBy(configuration), environment, fitting);
  const now = new Date();
  const rotation = judgeRotation(names, fitting, rotationPolicy(configuration, environment, authorities, now), now);
  const slow = slowAnswers(answered, configuration.liveCheckTimeoutSeconds);
  const notes = [...judged.notes, ...rotation.notes, ...slow];
  const { changes, warnings: changed } = configDrift(peers, without(fitting, judged.misnamed), policy);
  const crowded = connectionsWarning(names, agentCounts(fitting), configuration.connectionsWarning);
  const drift = secretDrift(peers, fitting, secretsOf(environment), policy, now);
  const accesses = new Map(reachableBy(configuration).map(({ name, access }) => [name, access]));
  const ways = await checkWaysIn(accesses, live);
  const permissions = await permissionsOf(clusters, live, settings, writes, configuration.liveCheckTimeoutSeconds);
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
  const observed = observedClusters(Object.keys(spec.clusters), { seenAs: seenAs(live), drift: changes, reapply });
  return configuration.unreachable === "error"
    ? { problems: [...unreachable, ...problems], warnings, notes, observed }
    : { problems, warnings: [...unreachable, ...warnings], notes, observed };
}
