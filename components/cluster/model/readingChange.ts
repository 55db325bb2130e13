import { firstFew } from "../../basics/model/bounded";
import type { AgentReport } from "../../cilium/model/agentStatus";
import { readinessProblems, type ExpectedPeer } from "../../cilium/model/readiness";
import { askedPod } from "../../cilium/model/readers";
import type { LiveObject } from "../../kubernetes/model/liveObject";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { cacheFile, peersIn } from "../../peers/model/peerFile";
import { ownKeys } from "./removal";

const SEE_FILE =
  "see whether its file in the agents' Secret leads to its own etcd, and whether the kubelet has synced that";
const SEE_AGENT = "see why the agent does not answer (kubectl exec, cilium-dbg status)";

/** The peers in a Secret that this stack has put there. */
export const ownPeers = (secret: LiveObject, cluster: string): readonly string[] => peersIn(ownKeys(secret), cluster);

/**
 * The peers whose files in the agents' Secret lead to their own etcds, and not to the cache.
 *
 * @param namespace Cilium's.
 */
export function directPeers(secret: LiveObject, cluster: string, namespace: string): readonly string[] {
  const cached = Buffer.from(cacheFile(namespace)).toString("base64");
  return ownPeers(secret, cluster).filter((peer) => secret.data?.[peer] !== cached);
}

/** Of these peers, those that at least one reader has ready, with the ids that they have. */
export function readyPeers(names: readonly string[], reports: readonly AgentReport[]): readonly ExpectedPeer[] {
  const seen = reports.flatMap(({ peers }) => ("error" in peers ? [] : peers)).filter(({ ready }) => ready);
  const ids = new Map(seen.toReversed().map(({ name, id }) => [name, id]));
  return names.flatMap((name) => {
    const id = ids.get(name);
    return id === undefined ? [] : [{ name, id }];
  });
}

/**
 * What keeps agents from doing without their cache: those that still read one of these peers there, or that do not have one ready which the cache
 * has ready.
 *
 * @param names Peers that the cache was given.
 * @param kept Those of them that it has ready.
 */
export function notDirectYet(
  names: readonly string[],
  kept: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
): readonly Diagnostic[] {
  const given = new Set(names);
  const unable = reports.flatMap(({ cluster, pod, node, peers }): readonly Diagnostic[] => {
    const at = { cluster, property: askedPod("agent", pod, node) };
    if ("error" in peers)
      return [error({ ...at, value: firstFew(names).join(", "), reason: peers.error, fix: SEE_AGENT })];
    const cached = peers.filter(({ name, reads }) => reads === "cached" && given.has(name));
    return cached.map(({ name }) =>
      error({ ...at, value: name, reason: "is still read from the cache", fix: SEE_FILE }),
    );
  });
  const answered = reports.filter(({ peers }) => !("error" in peers));
  return [...unable, ...readinessProblems([], answered, kept)];
}
