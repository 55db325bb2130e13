import type { LiveObject } from "../../kubernetes/model/liveObject";

/** Kubernetes supports 5000 nodes: a DaemonSet that says more than this, or less than none, says nothing. */
const MOST_AGENTS = 100_000;

/** How many nodes are to run an agent; `undefined` where the DaemonSet's controller has not said. */
export function agentCount({ status }: Pick<LiveObject, "status">): number | undefined {
  const said = status?.desiredNumberScheduled;
  return said !== undefined && said >= 0 && said <= MOST_AGENTS ? said : undefined;
}
