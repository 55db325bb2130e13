import { cpus } from "node:os";
import { join } from "node:path";
import type { Log } from "./cache/progress";
import { MissingPrerequisite } from "./cache/toolchain";
import { areNodeToolsBuilt, nodeTools, type NodeTools, tools as ensureTools, type Tools } from "./cache/tools";
import { waitForAgents } from "./ciliumObjects/agentsReady";
import { installCilium, installCrds } from "./ciliumObjects/install";
import { hasApiserver } from "./ciliumObjects/setup";
import { allPorts, portsFrom } from "./clusterPlan";
import { startApiServer } from "./controlPlane/apiServer";
import { clusterSite, type ClusterSite } from "./controlPlane/cluster";
import { startControllerManager } from "./controlPlane/controllerManager";
import { etcdsOf, startEtcd } from "./controlPlane/etcd";
import { writeKubeconfig } from "./controlPlane/kubeconfig";
import { startScheduler } from "./controlPlane/scheduler";
import { down } from "./down";
import type { ProcessIdentity } from "./host/processIdentity";
import { messageOf } from "./host/run";
import { forEachLimited } from "./host/waitFor";
import { labCluster, type LabCluster } from "./labCluster";
import { checkShape, clusterNumbers, ensureClaim, labFolder, withLab } from "./labState";
import { routeToCaches } from "./network/cacheRoutes";
import { ensureFabric, runningFabric } from "./network/fabric";
import { ensureGateway } from "./network/gateway";
import { routeToPods } from "./network/podRoutes";
import { startNode } from "./nodes/node";
import { requireNodeFeatures } from "./nodes/prerequisites";
import { ensureClusterPki } from "./pki/clusterPki";
import { nodesOf, siteOf } from "./sites";
import type { SlotClaim } from "./slot";
import { type UpArgs, wantedLab } from "./upArgs";

/** A running lab. */
export interface Lab {
  readonly name: string;
  /** The lab's folder with keys, data and logs. */
  readonly dir: string;
  /** Path of a kubeconfig with a context for each cluster, named like it. */
  readonly kubeconfig: string;
  /** `cluster1` up to the number that was asked for. */
  readonly clusters: readonly LabCluster[];
  readonly bin: Tools;
  /** Ends every process of the lab and removes its folder. */
  readonly down: () => Promise<void>;
}

/** What makes a lab one with nodes. */
interface NodeParts {
  readonly tools: NodeTools;
  readonly fabric: ProcessIdentity;
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

async function startCluster(
  tools: Tools,
  parts: NodeParts | undefined,
  site: ClusterSite,
  kubeconfig: string,
  log: Log,
): Promise<void> {
  const { name } = site.plan;
  const begin = Date.now();
  await Promise.all(etcdsOf(site).map((etcd) => startEtcd(tools.etcd, site, etcd)));
  await startApiServer(tools.kubeApiserver, site);
  log(`${name}: API server ready on ${site.place.dialIp} after ${seconds(begin)}`);
  const access = { kubectl: tools.kubectl, kubeconfig, context: name };
  // The controller-manager looks for new kinds every 30 s only: with the CRDs there first, it collects them from the start.
  await installCrds(tools, site, access);
  const nodes = nodesOf(site);
  await Promise.all([
    startControllerManager(tools.kubeControllerManager, site),
    installCilium(tools, site, access),
    ...(parts === undefined
      ? []
      : [
          startScheduler(parts.tools.kubeScheduler, site),
          ...nodes.map((node) => startNode(node, parts.tools, parts.fabric)),
        ]),
  ]);
  log(`${name}: controllers run, Cilium's objects are there after ${seconds(begin)}`);
  if (parts === undefined) return;
  await waitForAgents(
    access,
    nodes.map(({ plan }) => plan.name),
    log,
  );
  if (hasApiserver(site.cilium.mode) && site.cilium.routing === "native")
    await routeToPods(parts.fabric, access, nodes, site.families);
  log(`${name}: Cilium runs on ${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`} after ${seconds(begin)}`);
}

/** The one network of all control planes and nodes. What is asked of it is known before it is there: `sites` are not on it yet. */
async function startNetwork(labDir: string, claim: SlotClaim, sites: readonly ClusterSite[]): Promise<ProcessIdentity> {
  const addresses = sites.map(({ plan, families }) => families.map((family) => plan[family].controlPlaneIp));
  const fabric = await ensureFabric(labDir, addresses.flat());
  const ports = allPorts(portsFrom(claim.portOffset));
  const passages = sites.flatMap(({ plan, families: [primary] }) =>
    ports.map((port) => ({ port, from: plan.ip, to: plan[primary].controlPlaneIp })),
  );
  await ensureGateway(labDir, fabric, passages);
  return fabric;
}

/** A failure leaves processes behind, to be looked at: the error names the lab, and how to end it. */
async function orSayWhatRuns<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MissingPrerequisite) throw error;
    throw new Error(
      `${messageOf(error)}\nlab "${name}": what was started goes on running; look: npm run lab -- status --name ${name}; ` +
        `end it: npm run lab -- down --name ${name}`,
      { cause: error },
    );
  }
}

/**
 * Starts a lab, or completes one that runs: what is there and well is reused, clusters and nodes that are missing are added, processes
 * that have died are started again. Clusters beyond the number asked for are left alone.
 * @throws MissingPrerequisite when the machine lacks something; Error that names the process and the end of its log when one
 * does not get ready. What runs then goes on running: look, and end it with `down`.
 */
export async function up(args: UpArgs = {}): Promise<Lab> {
  const { name = "default", log = () => undefined } = args;
  const { clusters, nodes, cilium } = wantedLab(args);
  const dir = labFolder(name);
  // Before minutes of building.
  checkShape(dir, { nodes, cilium });
  const kubeconfig = join(dir, "kubeconfig");
  if (nodes.length > 0) {
    await requireNodeFeatures({ built: await areNodeToolsBuilt(), running: runningFabric(dir) !== undefined });
  }
  const ofNodes =
    nodes.length === 0
      ? undefined
      : await nodeTools(
          log,
          cilium.map(({ mode }) => mode),
        );
  const tools = await ensureTools(log);
  const sites = await orSayWhatRuns(name, () =>
    withLab(name, log, async () => {
      const claim = await ensureClaim(dir, { nodes, cilium });
      const wanted = Array.from({ length: clusters }, (_, index) => index + 1);
      const others = clusterNumbers(dir).filter((number) => number > clusters);
      const numbers = [...wanted, ...others];
      const planned = numbers.map((number) => clusterSite(dir, claim, number));
      for (const { dir: clusterDir, plan } of planned) await ensureClusterPki(clusterDir, plan);
      const parts =
        ofNodes === undefined ? undefined : { tools: ofNodes, fabric: await startNetwork(dir, claim, planned) };
      const all = numbers.map((number) => siteOf(dir, claim, number));
      writeKubeconfig(kubeconfig, all);
      const started = all.slice(0, clusters);
      // An API server keeps a core busy while it starts: more at a time than cores only makes each of them late.
      await forEachLimited(started, Math.max(2, cpus().length), (site) =>
        startCluster(tools, parts, site, kubeconfig, log),
      );
      await routeToCaches(started);
      return started;
    }),
  );
  return {
    name,
    dir,
    kubeconfig,
    clusters: sites.map((site) => labCluster(tools, site, kubeconfig)),
    bin: tools,
    down: async () => {
      await down({ name, log });
    },
  };
}
