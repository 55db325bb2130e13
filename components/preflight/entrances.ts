import { lastLine } from "../basics/model/lastLine";
import { present } from "../basics/model/own";
import type { ClusterReads, PartialList } from "../kubernetes/clusterApi";
import {
  EXCLUDED_SELECTOR,
  nodeStates,
  NODE_LINES,
  NODES,
  POD_LINES,
  SERVING_PODS,
  SERVING_SELECTOR,
  servingNodes,
} from "./model/entrances";
import type { ReachableCluster } from "./model/liveCluster";
import type { LiveNetwork } from "./model/liveNetwork";

const whyNot = ({ refused = "" }: PartialList<unknown>): string =>
  /\(Forbidden\)/.test(refused) ? "reading it is forbidden" : lastLine(refused);

/**
 * Reads what decides by which nodes peers reach a clustermesh-apiserver, where its Service is of type NodePort. What may not be read is named, and does
 * not decide.
 */
export async function readEntrances(
  api: Pick<ClusterReads, "listByTemplate">,
  namespace: string,
  { apiserver }: Pick<ReachableCluster, "apiserver">,
): Promise<Pick<LiveNetwork, "nodeStates" | "serving" | "unread">> {
  const service = apiserver?.service;
  if (service?.type !== "NodePort") return { unread: {} };
  const [nodes, excluded, pods] = await Promise.all([
    api.listByTemplate([NODES], {}, NODE_LINES),
    api.listByTemplate([NODES], { selector: EXCLUDED_SELECTOR }, NODE_LINES),
    service.isLocal === true
      ? api.listByTemplate(["pods"], { namespace, selector: SERVING_SELECTOR }, POD_LINES)
      : undefined,
  ]);
  const isRead = nodes.refused === undefined && excluded.refused === undefined;
  const unread = present({
    [NODES]: isRead ? undefined : whyNot(nodes.refused === undefined ? excluded : nodes),
    [SERVING_PODS]: pods?.refused === undefined ? undefined : whyNot(pods),
  });
  return {
    ...present({
      nodeStates: isRead ? nodeStates(nodes.found, excluded.found) : undefined,
      serving: pods === undefined || pods.refused !== undefined ? undefined : servingNodes(pods.found),
    }),
    unread,
  };
}
