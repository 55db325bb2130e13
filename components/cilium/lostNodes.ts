import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { lastLine } from "../basics/model/lastLine";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { isObjectName } from "../mesh/model/names";

/** So many nodes are asked for: those of a roll-out that stands still. */
const MOST = 50;

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }))
          .nullish(),
      }),
    }),
  ),
});

/** What is known of nodes; where they may not be read, why. */
export interface NodeSight {
  /** Those whose kubelets have not answered since before that time. */
  readonly lost: ReadonlySet<string>;
  /** Those that are not ready. */
  readonly notReady: ReadonlySet<string>;
  readonly unseen?: string;
}

/** Looks whether nodes are still there: a pod does not show it. */
export async function sightOf(
  api: Pick<ClusterApi, "objects">,
  nodes: readonly string[],
  before: number,
): Promise<NodeSight> {
  const asked = nodes.filter(isObjectName).slice(0, MOST);
  if (asked.length === 0) return { lost: new Set(), notReady: new Set() };
  try {
    const found = await api.objects(asked.map((name) => `node/${name}`));
    const readiness = nodeList.parse(JSON.parse(found)).items.map(({ metadata, status }) => ({
      name: metadata.name,
      ready: status.conditions?.find(({ type }) => type === "Ready"),
    }));
    const lost = readiness.filter(
      ({ ready }) => ready?.status === "Unknown" && Date.parse(ready.lastTransitionTime ?? "") < before,
    );
    const notReady = readiness.filter(({ ready }) => ready?.status !== "True");
    return { lost: new Set(lost.map(({ name }) => name)), notReady: new Set(notReady.map(({ name }) => name)) };
  } catch (error) {
    return { lost: new Set(), notReady: new Set(), unseen: lastLine(errorMessage(error)) };
  }
}
