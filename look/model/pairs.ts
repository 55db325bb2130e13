import type { Pair } from "./view";

/** How one that was asked in a cluster sees a peer. */
export interface SeenPeer {
  readonly cluster: string;
  readonly peer: string;
  readonly ready: boolean;
  readonly why: string;
}

/** Every pair of these clusters, as those see it that were asked. @param from The clusters that are asked. */
export function pairsOf(from: readonly string[], to: readonly string[], seen: readonly SeenPeer[]): readonly Pair[] {
  const groups = new Map<string, SeenPeer[]>();
  for (const each of seen) {
    const key = JSON.stringify([each.cluster, each.peer]);
    const group = groups.get(key) ?? [];
    group.push(each);
    groups.set(key, group);
  }
  return from.flatMap((cluster) =>
    to
      .filter((peer) => peer !== cluster)
      .map((peer): Pair => {
        const lines = groups.get(JSON.stringify([cluster, peer])) ?? [];
        return {
          from: cluster,
          to: peer,
          ready: lines.filter(({ ready }) => ready).length,
          of: lines.length,
          why: lines.find(({ ready }) => !ready)?.why ?? "",
        };
      }),
  );
}
