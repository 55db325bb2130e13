import { errorMessage } from "../basics/errorMessage";
import { chunks } from "../basics/model/lists";
import { agentPods, AGENTS_AT_ONCE, inAgent } from "../cilium/agents";
import { readConfigMap } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import {
  HEALTH_FIELDS,
  healthChecking,
  parseHealthAddresses,
  pathsFrom,
  PROBE_SCRIPT,
  triedPaths,
  type Families,
  type HealthNode,
  type NodePath,
  type PathReport,
  type TriedPath,
} from "./model/nodePaths";

/** A node probes this many at once; a few thousand processes at a time would be a burden of their own. */
const PATHS_AT_ONCE = 64;
const LIMIT_SECONDS = 3;

/** The agents that can be asked, with their addresses: a node that was removed has no part in it. */
async function healthNodes(api: ClusterApi, cilium: CiliumObjects, families: Families): Promise<readonly HealthNode[]> {
  const pods = (await agentPods(api, cilium)).filter(({ ready }) => ready);
  const addresses = parseHealthAddresses(await api.listFields("ciliumnodes.cilium.io", {}, HEALTH_FIELDS), families);
  return pods.map(({ pod, node }) => ({ agent: pod, node, ...addresses.get(node) }));
}

async function tryPaths(
  api: ClusterApi,
  cilium: CiliumObjects,
  port: number,
  paths: readonly NodePath[],
): Promise<readonly TriedPath[]> {
  const agent = paths[0]?.agent;
  const addresses = paths.flatMap((path) => path.address ?? []);
  if (agent === undefined || addresses.length === 0) return triedPaths(paths, "", LIMIT_SECONDS);
  const probe = ["bash", "-c", PROBE_SCRIPT, "probe", String(port), String(LIMIT_SECONDS), ...addresses];
  const failed = (error: unknown) => ({ error: errorMessage(error) });
  return triedPaths(paths, await inAgent(api, cilium, agent, probe).catch(failed), LIMIT_SECONDS);
}

/**
 * Has every agent of a cluster ask the health checks on the other nodes of that cluster. Paths to other clusters are not asked: their
 * firewalls may well keep the port of the health checks closed.
 */
export async function probePaths(api: ClusterApi, cluster: string, cilium: CiliumObjects): Promise<PathReport> {
  const health = healthChecking((await readConfigMap(api, cilium))?.data ?? {});
  if (health.kind === "off") {
    const reason = `health checking is off in cluster ${cluster} (${health.key})`;
    return { kind: "notProbed", cluster, reason };
  }
  const nodes = await healthNodes(api, cilium, health.families);
  const batches = nodes.flatMap((from) => chunks(pathsFrom(from, nodes), PATHS_AT_ONCE));
  const what = `cluster "${cluster}": agents asked for paths to other nodes`;
  const tried = await withEach(what, batches, AGENTS_AT_ONCE, (paths) => tryPaths(api, cilium, health.port, paths));
  const paths = tried.flat();
  const withoutBash = paths.find((path) => /executable file not found|no such file or directory.*bash/.test(path.why));
  return withoutBash === undefined
    ? { kind: "probed", cluster, paths }
    : { kind: "notProbed", cluster, reason: `the agents of cluster ${cluster} have no bash` };
}
