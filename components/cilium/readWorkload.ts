import type { ClusterApi } from "../kubernetes/clusterApi";
import { rawItems } from "../kubernetes/model/items";
import { rolledWorkloads, type CiliumObjects } from "./model/agentConfig";
import { parseWorkload, type Workload } from "./model/rollOut/workload";

type Reads = Pick<ClusterApi, "object">;

/** The selectors that were read of each open cluster, by namespace and workload: that of a workload never changes. */
const selectors = new WeakMap<Reads, Map<string, string>>();

/** A workload (`kind/name`) as it is now; `undefined` where it is not there. */
export async function readWorkload(api: Reads, namespace: string, workload: string): Promise<Workload | undefined> {
  const live = parseWorkload(await api.object(workload, namespace));
  if (live !== undefined) {
    selectors.set(
      api,
      (selectors.get(api) ?? new Map<string, string>()).set(`${namespace}/${workload}`, live.selector),
    );
  }
  return live;
}

/** The label selector of its pods, which is read once at most; `undefined` where it is not there. */
export async function selectorOf(api: Reads, namespace: string, workload: string): Promise<string | undefined> {
  return (
    selectors.get(api)?.get(`${namespace}/${workload}`) ?? (await readWorkload(api, namespace, workload))?.selector
  );
}

/** Agents and operator in a List as JSON, as far as they are installed. */
export function workloadsIn(list: string, cilium: CiliumObjects): readonly Workload[] {
  const items = rawItems(list);
  return rolledWorkloads(cilium).flatMap((name) => parseWorkload(items.get(name) ?? "") ?? []);
}
