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
import { readOwnOutputs, type OwnOutputs } from "./ownOutputs";
import { judgePolicyChanges, peersSeen } from "./policies";
import { rotationPolicy } from "./rotation";

/** What the live clusters have to say. */
export interface Preflight {
  readonly diagnostics: readonly Diagnostic[];
  /** What the run acts on, though the state knows of no change. */
  readonly observed: ObservedClusters;
}

/** The names of the clusters that are there. */
function peerNames({ clusters }: Environment["spec"]): readonly string[] {
  return withoutLost(clustersOf(clusters)).map(({ name }) => name);
}

/** The names of the Secrets that a cluster has of this stack's. */
function secretsOf({ settings, authority: caSource }: Environment): readonly string[] {
  const server = caOrigin(caSource) === "generated" ? [settings.etcdServerSecret] : [];
  return [settings.peerSecret, ...server];
}

/** How the live clusters are to be judged. */
function meshPolicy(
  configuration: Configuration,
  environment: Environment,
  { recorded }: OwnOutputs,
  now: Date,
): MeshPolicy {
  const { spec, settings, owner, authority: caSource } = environment;
  const names = peerNames(spec);
  const authorities = caNames(caSource, names);
  return {
    ...settings,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner,
    recorded,
    ...(spec.ipamMode === undefined ? {} : { ipamMode: spec.ipamMode }),
    rotation: rotationPolicy(configuration, environment, authorities, now),
    secrets: secretsOf(environment),
    connectionsWarning: configuration.connectionsWarning,
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
  const reachable = reachableBy(configuration);
  if (!configuration.liveChecks) {
    return { diagnostics: [], observed: unseen(reachable, environment) };
  }
  const { spec, settings } = environment;
  const now = new Date();
  const clusters = askedClusters(configuration, environment);
  const [{ live, answered }, lost, last] = await Promise.all([
    inspectAll(configuration, environment, clusters),
    lostAndAnswering(configuration),
    readOwnOutputs(),
  ]);
  const mesh = judgeMesh(clustersOf(spec.clusters), live, meshPolicy(configuration, environment, last, now), now);
  const diagnostics = [
    ...(await judgeAccess(configuration, environment, clusters, live, writes)),
    ...last.diagnostics,
    ...lost,
    ...mesh.diagnostics,
    ...(await judgePolicyChanges(reachable, environment, mesh.fitting)),
    ...(await judgeFormerState(configuration, environment, peersSeen(live, settings.peerSecret))),
    ...slowAnswers(answered, configuration.liveCheckTimeoutSeconds),
  ];
  const seen = {
    seenAs: seenAs(live),
    drift: mesh.drift,
    reapply: reapplyOf(peerNames(spec), last.recorded, mesh.reapply),
  };
  return { diagnostics, observed: observedClusters(Object.keys(spec.clusters), seen) };
}
