import { createHash } from "node:crypto";
import type { LiveCluster } from "./liveCluster";

/** By cluster, which one it is and which `cilium-config` it has. */
export function seenAs(live: ReadonlyMap<string, LiveCluster>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...live].flatMap(([name, cluster]) =>
      cluster.kind === "reachable" ? [[name, `${cluster.uid} ${cluster.config?.uid ?? ""}`] as const] : [],
    ),
  );
}

/**
 * The same of clusters that were not looked at: whatever changes in the mesh has the first step on each look before anything is written.
 *
 * @param mesh What makes the mesh what it is.
 */
export function notLookedAt(names: readonly string[], mesh: unknown): Readonly<Record<string, string>> {
  const hash = createHash("sha256").update(JSON.stringify(mesh)).digest("hex").slice(0, 16);
  return Object.fromEntries(names.map((name) => [name, `not looked at, ${hash}`]));
}
