import { caNames, caOrigin, peerSecretKeys } from "../../components";
import type { Diagnostic } from "../../components/mesh/model/diagnostic";
import { clustersOf, withoutLost } from "../../components/mesh/model/mesh";
import type { ObservedClusters } from "../../components/mesh/model/observed";
import { judgeMesh, type MeshPolicy } from "../../components/preflight/model/judgeMesh";
import { slowAnswers } from "../../components/preflight/model/slowAnswers";
import type { Configuration } from "../configuration/schema";
import { askedClusters, inspectAll, lostAndAnswering, reachableBy } from "./askedClusters";
import type { Environment } from "./environment";
import { judgeFormerState } from "./formerState";
import { judgeAccess } from "./judgeAccess";
import { observedClusters, reapplyOf, seenAs, unseen } from "./observed";
import { meshedBefore, readOwnOutputs, unreadOutputs } from "./ownState";
import { judgePolicyChanges, peersSeen } from "./policies";
import { rotationPolicy } from "./rotation";

/** What the live clusters have to say. */
export interface Preflight {
  readonly diagnostics: readonly Diagnostic[];
  /** What the run acts on, though the state knows of no change. */
  readonly observed: ObservedClusters;
}

/** The names of the clusters that are there. */
function peerNames({ clusters }: Configuration): readonly string[] {
  return withoutLost(clustersOf(clusters)).map(({ name }) => name);
}

/** The names of the Secrets that a cluster has of this stack's. */
function secretsOf(configuration: Configuration, { authority: caSource }: Environment): readonly string[] {
  const server = caOrigin(caSource) === "generated" ? [configuration.etcdServerSecret] : [];
  return [configuration.peerSecret, ...server];
}

/** How the live clusters are to be judged. */
function meshPolicy(
  configuration: Configuration,
  environment: Environment,
  recorded: MeshPolicy["recorded"],
  now: Date,
): MeshPolicy {
  const { maxConnectedClusters, cilium, peerSecret, allow } = configuration;
  const names = peerNames(configuration);
  const authorities = caNames(environment.authority, names);
  return {
    maxConnectedClusters,
    cilium,
    peerSecret,
    allow,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner: environment.owner,
    recorded,
    rotation: rotationPolicy(configuration, environment, authorities, now),
    secrets: secretsOf(configuration, environment),
  };
}

/**
 * Inspects every cluster that the stack manages: whether it can join the mesh or stay in it, in previews too and before anything is written.
 *
 * @param writes Whether the run goes on to write: then what it may not do is an error by now.
 */
export async function preflight(
  configuration: Configuration,
  environment: Environment,
  writes = false,
): Promise<Preflight> {
  const { preflight: limit } = configuration.wait;
  const reachable = reachableBy(configuration);
  if (limit === false) {
    return { diagnostics: [], observed: unseen(reachable, configuration) };
  }
  const now = new Date();
  const clusters = askedClusters(configuration, environment);
  const [{ live, answered }, lost, own] = await Promise.all([
    inspectAll(configuration, clusters, limit),
    lostAndAnswering(configuration, limit),
    readOwnOutputs(),
  ]);
  const members = clustersOf(configuration.clusters);
  const recorded = meshedBefore(own);
  const mesh = judgeMesh(members, live, meshPolicy(configuration, environment, recorded, now), now);
  const diagnostics = [
    ...(await judgeAccess(configuration, clusters, live, writes, limit)),
    ...unreadOutputs(own),
    ...lost,
    ...mesh.diagnostics,
    ...(await judgePolicyChanges(reachable, configuration, environment.owner, mesh.fitting)),
    ...(await judgeFormerState(configuration, environment, peersSeen(live, configuration.peerSecret), own)),
    ...slowAnswers(answered, limit),
  ];
  const reapply = reapplyOf(peerNames(configuration), recorded, mesh.reapply);
  const seen = { seenAs: seenAs(live), drift: mesh.drift, reapply };
  return { diagnostics, observed: observedClusters(Object.keys(configuration.clusters), seen) };
}
