import type { Entrances, NodeState } from "../../apiserver/model/entryNodes";
import { APISERVER } from "../../apiserver/model/objects";
import { own, present } from "../../basics/model/own";
import { isObjectName, meshHostName } from "../../mesh/model/names";
import type { RecordedCluster } from "../../identity/model/recordedClusters";
import type { ReachableCluster } from "./liveCluster";

/** The kind of nodes, as kubectl reads it. */
export const NODES = "nodes";
/** What its pods are called where they could not be read. */
export const SERVING_PODS = `pods of ${APISERVER}`;
/** The label that the chart gives them. */
export const SERVING_SELECTOR = `k8s-app=${APISERVER}`;
export const EXCLUDED_SELECTOR = "node.kubernetes.io/exclude-from-external-load-balancers";

const ready = '{.status.conditions[?(@.type=="Ready")].status}';
const linesOf = (...fields: readonly string[]): string => `{range .items[*]}${fields.join('{"\\t"}')}{"\\n"}{end}`;

/** A line for each node. */
export const NODE_LINES = linesOf("{.metadata.name}", ready, "{.metadata.deletionTimestamp}", "{.spec.unschedulable}");
/** A line for each pod. */
export const POD_LINES = linesOf("{.spec.nodeName}", ready, "{.metadata.deletionTimestamp}");

/** The fields of lines that begin with a name; others are none of Kubernetes'. */
const named = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([name = ""]) => isObjectName(name));

/**
 * What the lines of {@link NODE_LINES} say; `undefined` where there is no node, which says nothing of those that Cilium knows.
 *
 * @param excluded Those of the nodes that are not for load balancers.
 */
export function nodeStates(text: string, excluded: string): ReadonlyMap<string, NodeState> | undefined {
  const others = new Set(named(excluded).map(([name]) => name));
  const all = named(text).map(([name = "", status, deleted = "", unschedulable]): readonly [string, NodeState] => [
    name,
    {
      ready: status === "True",
      leaving: deleted !== "",
      cordoned: unschedulable === "true",
      excluded: others.has(name),
    },
  ]);
  return all.length === 0 ? undefined : new Map(all);
}

/** The nodes of pods that stay: of those that are ready, or of all where none is, as before a cluster has its users. */
export function servingNodes(text: string): ReadonlySet<string> {
  const staying = named(text).filter(([, , deleted = ""]) => deleted === "");
  const all = staying.some(([, status]) => status === "True")
    ? staying.filter(([, status]) => status === "True")
    : staying;
  return new Set(all.flatMap(([node]) => node ?? []));
}

/** What decides how peers reach a cluster by its nodes; with what they were given by the last `up`, where that was of the same cluster. */
export function entrancesOf(
  cluster: string,
  { uid, network }: Pick<ReachableCluster, "uid" | "network">,
  recorded: Readonly<Record<string, RecordedCluster>>,
): Entrances {
  const before = own(recorded, cluster);
  return {
    nodes: network?.nodes ?? [],
    ...present({
      states: network?.nodeStates,
      serving: network?.serving,
      last: before?.uid === uid ? before.addresses : undefined,
    }),
  };
}

/** The addresses behind the name of a cluster that peers are given, where they were found. */
export const givenAddresses = (
  cluster: string,
  hostAliases: Readonly<Record<string, readonly string[]>> | undefined,
): readonly string[] | undefined => own(hostAliases ?? {}, meshHostName(cluster));
