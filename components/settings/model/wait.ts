import { z } from "zod";

const seconds = z.int().min(1).max(86_400);

const wait = (defaultSeconds: number) => z.union([seconds, z.literal(false)]).default(defaultSeconds);

/** For how many seconds the steps of a run wait; `false` for those that are not taken. */
export const waits = z
  .strictObject({
    preflight: wait(30).describe(
      "For how many seconds, in up to four tries, a cluster may be silent in the checks of every preview and up until it counts as " +
        "unreachable. A cluster that refuses connections for two seconds counts as unreachable too. `false`: no live cluster is checked, as " +
        "where there are no credentials.",
    ),
    rollout: wait(600).describe(
      "For how many seconds nothing may move in a roll-out of agents and operator. Agents whose DaemonSet has " +
        "`updateStrategy: OnDelete` (kOps, Talos) are restarted, as many at a time as `maxUnavailable` allows, else one. `false`: nothing " +
        "is waited for, the demo's workloads included, and nothing is restarted.",
    ),
    check: wait(300).describe(
      "For how many seconds an `up` waits until every agent sees every peer with the declared id and has forgotten those that left, every etcd " +
        "accepts new connections, and every path between nodes of a cluster that worked before works. `false`: nothing of that is checked, and " +
        "the demo is not pinged.",
    ),
  })
  .prefault({});
