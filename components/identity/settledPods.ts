import { firstFew } from "../basics/model/bounded";
import { findUnsettled, type IdentitySettings, type Unsettled } from "../cilium/stalePods";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";

/** So long none of them may settle: an agent changes one after the other, and an identity after a grace period. */
const STANDS_STILL_SECONDS = 60;

/** Nearer to the end. An agent that begins to answer brings pods, which were not counted before. */
const isFewer = (now: Unsettled, before: Unsettled): boolean =>
  now.agents.length === before.agents.length
    ? now.pods.length < before.pods.length
    : now.agents.length < before.agents.length;

function unsettledText({ agents, pods }: Unsettled, id: number): string {
  const ofPods = `${pods.length} pods do not run with the policy and the identity of id ${id}`;
  return agents.length === 0 ? ofPods : `${ofPods}, and ${agents.length} agents do not tell of their pods`;
}

/**
 * Waits until every pod has an identity of this cluster id, and its programs run with it. An agent is ready before that: it restores the endpoints of its
 * pods one by one, gives them another identity after `identity-change-grace-period`, and only then makes their programs again. One that is stopped
 * earlier has changed nothing, and its successor begins from the start. A CiliumEndpoint does not tell: it is "ready" all the while
 * (`compressEndpointState`, `pkg/endpoint/endpoint_status.go`).
 *
 * What does not settle is named, and not waited for any longer.
 */
export async function waitForPods(
  api: ClusterApi,
  restarted: IdentitySettings & { readonly cluster: string },
  id: number,
): Promise<void> {
  const { cluster, ...settings } = restarted;
  let fewest: Unsettled | undefined;
  let movedAt = Date.now();
  const { agents, pods } = await until(
    Infinity,
    () => findUnsettled({ name: cluster, id, api }, settings),
    (seen) => {
      if (fewest === undefined || isFewer(seen, fewest)) [fewest, movedAt] = [seen, Date.now()];
      return seen.agents.length + seen.pods.length === 0 || Date.now() - movedAt > STANDS_STILL_SECONDS * 1000;
    },
    (seen) => `cluster "${cluster}": ${unsettledText(seen, id)} yet`,
  );
  const left = [...agents.map((agent) => `those of agent ${agent}`), ...pods];
  if (left.length === 0) return;
  progress(
    `warning: cluster "${cluster}": ${unsettledText({ agents, pods }, id)}, and none of them has ` +
      `come to it within ${STANDS_STILL_SECONDS} s: ${firstFew(left).join(", ")}; see cilium-dbg endpoint list in their agents`,
  );
}
