import type { SeesReady } from "../../mesh/model/topology";
import type { ReadinessRow } from "./checkResult";

/** "and 3 more" among the names of a row. */
const MORE = /^and \d+ more$/;

/** How each cluster sees each peer, by a table of readiness: ready where all see it so that were asked there. */
export function seesReadyIn(rows: readonly ReadinessRow[]): SeesReady {
  const pairs = new Map<string, boolean>();
  const clusters = new Map<string, readonly string[]>();
  for (const row of rows) {
    if ("peer" in row) {
      const key = JSON.stringify([row.cluster, row.peer]);
      pairs.set(key, row.ready && (pairs.get(key) ?? true));
    } else if ("notReady" in row) {
      clusters.set(row.cluster, row.notReady);
    }
  }
  const areOthersReady = rows.some((row) => "others" in row && row.ready);
  return (cluster, peer) => {
    const notReady = clusters.get(cluster);
    if (notReady === undefined)
      return pairs.get(JSON.stringify([cluster, peer])) ?? (areOthersReady ? true : undefined);
    if (notReady.includes(peer)) return false;
    return notReady.some((name) => MORE.test(name)) ? undefined : true;
  };
}
