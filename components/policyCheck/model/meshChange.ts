import { own } from "../../basics/model/own";
import type { Range } from "../../mesh/model/cidr";
import { looseRanges } from "../../mesh/model/looseRange";
import type { Cluster, Named } from "../../mesh/model/mesh";

/** Address ranges of clusters, by their names, as CIDRs. */
export type MeshRanges = Readonly<Record<string, Ranges>>;

type Ranges = Pick<Cluster, "podCIDRs" | "nodeCIDRs">;

/** The ranges of clusters; nothing of those of which one is not known: addresses would be judged by half of them. */
export function rangesOfClusters(clusters: readonly Named<Ranges>[]): MeshRanges {
  return Object.fromEntries(
    clusters.flatMap(({ name, podCIDRs, nodeCIDRs }) =>
      podCIDRs.length === 0 || nodeCIDRs.length === 0 ? [] : [[name, { podCIDRs, nodeCIDRs }] as const],
    ),
  );
}

/** How the agents of a cluster read its policies. */
export interface PolicyReading {
  /** `policy-default-local-cluster`: a selector that names no cluster means the local one, and every one otherwise. @default true */
  readonly localByDefault?: boolean;
  /** `policy-cidr-match-mode`: CIDRs find nodes of the mesh as well. @default false */
  readonly nodesByCIDR?: boolean;
}

/** What changes for one cluster when it, or one of its peers, joins or leaves: its name, and who is known to be of another cluster. */
export interface MeshChange extends PolicyReading {
  /** The name it has. */
  readonly from: string;
  /** The name it has afterwards. */
  readonly to: string;
  /** The remote clusters that its agents have as peers. */
  readonly peers: readonly string[];
  /** Those that they have afterwards. @default none */
  readonly peersAfter?: readonly string[];
  /** The ranges of clusters, by name, as far as they are known. */
  readonly ranges?: MeshRanges;
}

/** The other end of a connection, as a policy sees it. An endpoint of no cluster of the mesh is outside, and has an address alone. */
export interface Whom {
  readonly kind: "pod" | "node" | "outside";
  readonly cluster: string;
  /** Those that its packets come from, and those that packets to it go to; absent where they are not known. */
  readonly addresses?: Readonly<Record<"in" | "out", readonly Range[]>>;
}

/** A cluster that reads a policy. */
export interface Local {
  readonly name: string;
  readonly localByDefault: boolean;
  readonly nodesByCIDR: boolean;
}

/** Pods or nodes of one cluster, before and after. */
export interface Party {
  readonly what: "pods" | "nodes";
  /** Whether they are of the cluster whose policies are judged. */
  readonly own: boolean;
  readonly before: Whom;
  readonly after: Whom;
}

const WHATS = ["pods", "nodes"] as const;
const KINDS = { pods: "pod", nodes: "node" } as const;

/** The cluster whose policies are judged, before and after. */
export function locals(change: MeshChange): { readonly before: Local; readonly after: Local } {
  const { localByDefault = true, nodesByCIDR = false } = change;
  const local = (name: string): Local => ({ name, localByDefault, nodesByCIDR });
  return { before: local(change.from), after: local(change.to) };
}

/**
 * The addresses of a cluster's pods or nodes as others see them from outside of its mesh. Agents masquerade what leaves a mesh, unless they are
 * told otherwise: pods come from the addresses of their nodes then.
 */
function addressesOutside(what: Party["what"], cluster: string, ranges: MeshRanges): Pick<Whom, "addresses"> {
  const known = own(ranges, cluster);
  if (known === undefined) return {};
  const [pods, nodes] = [looseRanges(known.podCIDRs), looseRanges(known.nodeCIDRs)];
  return { addresses: what === "pods" ? { in: [...pods, ...nodes], out: pods } : { in: nodes, out: nodes } };
}

/** The clusters that become or cease to be peers. */
export function changedPeers({ peers, peersAfter = [] }: MeshChange): readonly string[] {
  return [...new Set([...peers, ...peersAfter])]
    .filter((cluster) => peers.includes(cluster) !== peersAfter.includes(cluster))
    .sort();
}

/** What has been read: every selector of every policy is judged by it. */
const known = new WeakMap<MeshChange, readonly Party[]>();

/** All whom a policy may see otherwise afterwards: pods and nodes of the cluster itself, and of those who become or cease to be peers. */
export function parties(change: MeshChange): readonly Party[] {
  const read = known.get(change) ?? partiesOf(change);
  known.set(change, read);
  return read;
}

function partiesOf(change: MeshChange): readonly Party[] {
  const { from, to, peers, ranges = {} } = change;
  const own = WHATS.map((what): Party => {
    const whom = (cluster: string): Whom => ({ kind: KINDS[what], cluster });
    return { what, own: true, before: whom(from), after: whom(to) };
  });
  const others = changedPeers(change).flatMap((cluster) =>
    WHATS.map((what): Party => {
      const addresses = addressesOutside(what, cluster, ranges);
      const member: Whom = { kind: KINDS[what], cluster, ...addresses };
      const outside: Whom = { kind: "outside", cluster, ...addresses };
      const [before, after] = peers.includes(cluster) ? [member, outside] : [outside, member];
      return { what, own: false, before, after };
    }),
  );
  return [...own, ...others];
}

/** Whether a change is none, so that no policy can mean anything else afterwards. */
export function changesNothing(change: MeshChange): boolean {
  return change.from === change.to && changedPeers(change).length === 0;
}
