import type { Diagnostic } from "../../mesh/model/diagnostic";
import { withoutLost, type Cluster } from "../../mesh/model/mesh";
import { apiserverEndings } from "./apiserverEndings";
import { configDrift } from "./configDrift";
import { agentCounts, connectionsWarning } from "./connections";
import { judgeLive } from "./judge";
import { judgeRotation, type RotationPolicy } from "./judgeRotation";
import { without, type LiveCluster } from "./liveCluster";
import type { PreflightPolicy } from "./policy";
import { secretDrift } from "./secretDrift";
import { usersDrift } from "./usersDrift";

/** How the live clusters of a mesh are to be judged. */
export interface MeshPolicy extends PreflightPolicy {
  readonly rotation: RotationPolicy;
  /** The names of the Secrets that a cluster has of this stack's. */
  readonly secretsOf: (cluster: Cluster) => readonly string[];
}

/** What the live clusters of a mesh come to, with what the state does not show. */
export interface MeshJudgement {
  readonly diagnostics: readonly Diagnostic[];
  /** The clusters that are what they should be. */
  readonly fitting: ReadonlyMap<string, LiveCluster>;
  /** By cluster, what tells a change of its name and id since they were set from any other. */
  readonly drift: Readonly<Record<string, string>>;
  /** By cluster, the same of the users of its peers. */
  readonly users: Readonly<Record<string, string>>;
  /** By cluster, the same of its Secrets. */
  readonly reapply: Readonly<Record<string, string>>;
}

/** By cluster whose agents read a cache, how many caches it has. */
function cacheReplicas(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
): ReadonlyMap<string, number> {
  return new Map(
    clusters.flatMap(({ name, reads }) => {
      const cluster = live.get(name);
      const replicas = cluster?.kind === "reachable" ? cluster.apiserver?.replicas : undefined;
      return reads !== "cached" || replicas === undefined ? [] : [[name, replicas] as const];
    }),
  );
}

/** Judges the live clusters: whether they make a mesh, what has changed since the last `up`, and what their certificates come to. */
export function judgeMesh(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: MeshPolicy,
  now: Date,
): MeshJudgement {
  const peers = withoutLost(clusters);
  const names = peers.map(({ name }) => name);
  const judged = judgeLive(clusters, live, policy, now);
  const fitting = without(live, judged.ruledOut);
  const config = configDrift(peers, without(fitting, judged.misnamed), policy);
  const secrets = secretDrift(peers, fitting, policy.secretsOf, policy, now);
  const users = usersDrift(peers, fitting, policy, now);
  return {
    diagnostics: [
      ...judged.diagnostics,
      ...config.diagnostics,
      ...secrets.diagnostics,
      ...users.diagnostics,
      ...judgeRotation(names, fitting, policy.rotation, now),
      ...apiserverEndings(peers, fitting, policy, now),
      ...connectionsWarning(names, agentCounts(fitting, cacheReplicas(peers, fitting))),
    ],
    fitting,
    drift: config.changes,
    users: users.changes,
    reapply: secrets.changes,
  };
}
