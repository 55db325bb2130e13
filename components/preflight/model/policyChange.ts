import { desiredConfig, ID_KEY, NAME_KEY, rolloutChecksum, type CiliumObjects } from "../../cilium/model/agentConfig";
import type { Member } from "../../mesh/model/mesh";
import { UNMESHED_NAME } from "../../mesh/model/names";
import { peersIn } from "../../peers/model/peerFile";
import type { ClusterRanges, MeshChange } from "../../policyCheck/model/meshChange";
import type { ReachableCluster } from "./liveCluster";

/** What a run knows of the clusters that it changes. */
export interface ChangeContext {
  /** The peers of the mesh, whichever stack looks after them. */
  readonly members: readonly Member[];
  readonly names: CiliumObjects;
  /** Name of the Secret with the peer files. */
  readonly peerSecret: string;
}

/**
 * What an `up` changes for the policies of a cluster: the name that its agents run with and the peers that they know become those of the
 * description. Agents that were rolled with the described name run with it, whatever `cilium-config` says by now.
 */
export function policyChange(member: Member, live: ReachableCluster, context: ChangeContext): MeshChange {
  const { members, names, peerSecret } = context;
  const desired = desiredConfig(member);
  const rolled = live.rollOuts[`daemonset/${names.daemonSet}`]?.annotation === rolloutChecksum(desired);
  const { [NAME_KEY]: name = UNMESHED_NAME, [ID_KEY]: id = "0" } = live.config?.data ?? {};
  const from = rolled ? member.name : name;
  const isPeers = (kind: string, object: string) => kind === "Secret" && object === peerSecret;
  const secret = live.occupied.find((each) => isPeers(each.kind, each.name) && each.namespace === names.namespace);
  const peers = rolled || Number(id) !== 0 ? peersIn(secret?.files ?? [], from, member.name) : [];
  const declared = members.filter((other) => other.name !== member.name).map((other) => other.name);
  const foreign = peersIn(secret?.keys ?? [], from, member.name);
  const ranges = members.map(({ name: of, podCIDRs, nodeCIDRs }): [string, ClusterRanges] => [
    of,
    { podCIDRs, nodeCIDRs },
  ]);
  return {
    from,
    to: member.name,
    peers,
    peersAfter: [...new Set([...declared, ...foreign])],
    ranges: Object.fromEntries(ranges),
  };
}
