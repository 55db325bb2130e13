import type { Range } from "../../mesh/model/cidr";
import { looseRanges } from "../../mesh/model/looseRange";

/** Address ranges of a cluster, as CIDRs. */
export interface ClusterRanges {
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
}

/** How the agents of a cluster read its policies. */
export interface PolicyReading {
  /** `policy-default-local-cluster`: a selector that names no cluster means the local one, and every one otherwise. @default true */
  readonly localByDefault?: boolean;
  /** `policy-cidr-match-mode`: CIDRs find pods or nodes of the mesh as well. @default none */
  readonly cidrMatches?: readonly ("pods" | "nodes")[];
}

/** What changes for one cluster when it, or one of its peers, joins or leaves: its name, and who is known to be of another cluster. */
export interface MeshChange extends PolicyReading {
  /** The name it has. */
  readonly from: string;
  /** The name it has afterwards. */
  readonly to: string;
  /** The remote clusters that its agents know. */
  readonly peers: readonly string[];
  /** The remote clusters that they know afterwards. @default none */
  readonly peersAfter?: readonly string[];
  /** The ranges of clusters, by name, as far as they are known. */
  readonly ranges?: Readonly<Record<string, ClusterRanges>>;
}

/** The other end of a connection, as a policy sees it. An endpoint of no cluster of the mesh is outside, and has an address alone. */
export interface Whom {
  readonly kind: "pod" | "node" | "outside";
  readonly cluster: string;
  /** Their addresses, as far as they are known. */
  readonly ranges: readonly Range[];
}

/** A cluster that reads a policy. */
export interface Local {
  readonly name: string;
  readonly localByDefault: boolean;
  readonly cidrMatches: readonly ("pods" | "nodes")[];
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
  const { localByDefault = true, cidrMatches = [] } = change;
  const local = (name: string): Local => ({ name, localByDefault, cidrMatches });
  return { before: local(change.from), after: local(change.to) };
}

/** All whom a policy may see otherwise afterwards: pods and nodes of the cluster itself, and of those who become or cease to be peers. */
export function parties(change: MeshChange): readonly Party[] {
  const { from, to, peers, peersAfter = [], ranges = {} } = change;
  const own = WHATS.map((what): Party => {
    const whom = (cluster: string): Whom => ({ kind: KINDS[what], cluster, ranges: [] });
    return { what, own: true, before: whom(from), after: whom(to) };
  });
  const changed = [...new Set([...peers, ...peersAfter])]
    .filter((cluster) => peers.includes(cluster) !== peersAfter.includes(cluster))
    .sort();
  const others = changed.flatMap((cluster) =>
    WHATS.map((what): Party => {
      const known = Object.hasOwn(ranges, cluster) ? ranges[cluster] : undefined;
      const there = looseRanges((what === "pods" ? known?.podCIDRs : known?.nodeCIDRs) ?? []);
      const seen = (clusters: readonly string[]): Whom => {
        return { kind: clusters.includes(cluster) ? KINDS[what] : "outside", cluster, ranges: there };
      };
      return { what, own: false, before: seen(peers), after: seen(peersAfter) };
    }),
  );
  return [...own, ...others];
}

/** Whether a change is none, so that no policy can mean anything else afterwards. */
export function changesNothing({ from, to, peers, peersAfter = [] }: MeshChange): boolean {
  return from === to && [...peers].sort().join() === [...peersAfter].sort().join();
}
