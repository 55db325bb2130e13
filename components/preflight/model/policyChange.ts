import { desiredConfig, ID_KEY, NAME_KEY, rolloutChecksum, type CiliumObjects } from "../../cilium/model/agentConfig";
import type { Cluster } from "../../mesh/model/mesh";
import { UNMESHED_NAME } from "../../mesh/model/names";
import { peersIn } from "../../peers/model/peerFile";
import type { MeshChange } from "../../policyCheck/model/meshChange";
import type { ReachableCluster } from "./liveCluster";

/** The clusters that a run changes. */
export interface ChangeContext {
  /** The peers of the mesh, whichever stack looks after them. */
  readonly members: readonly Cluster[];
  readonly cilium: CiliumObjects;
  /** Name of the Secret with the peer files. */
  readonly peerSecret: string;
}

/**
 * What an `up` changes for the policies of a cluster: the name that its agents run with and the peers that they know become those of the
 * description. Agents that were rolled with the described name run with it, whatever `cilium-config` has by now.
 */
export function policyChange(cluster: Cluster, live: ReachableCluster, context: ChangeContext): MeshChange {
  const { members: clusters, cilium, peerSecret } = context;
  const desired = desiredConfig(cluster);
  const rolled = live.rollouts[`daemonset/${cilium.daemonSet}`]?.annotation === rolloutChecksum(desired);
  const { [NAME_KEY]: name = UNMESHED_NAME, [ID_KEY]: id = "0" } = live.config?.data ?? {};
  const from = rolled ? cluster.name : name;
  const isPeers = (kind: string, object: string) => kind === "Secret" && object === peerSecret;
  const secret = live.existingObjects.find(
    (each) => isPeers(each.kind, each.name) && each.namespace === cilium.namespace,
  );
  const peers = rolled || Number(id) !== 0 ? peersIn(secret?.files ?? [], from, cluster.name) : [];
  const declared = clusters.filter((other) => other.name !== cluster.name).map((other) => other.name);
  const foreign = peersIn(secret?.keys ?? [], from, cluster.name);
  return { from, to: cluster.name, peers, peersAfter: [...new Set([...declared, ...foreign])] };
}
