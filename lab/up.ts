import { cpus } from "node:os";
import { join } from "node:path";
import type { Log } from "./cache/progress";
import { tools as ensureTools, type Tools } from "./cache/tools";
import { installCilium, installCrds } from "./ciliumObjects/install";
import { MAX_CLUSTERS } from "./clusterPlan";
import { startApiServer } from "./controlPlane/apiServer";
import { clusterSite, type ClusterSite } from "./controlPlane/cluster";
import { startControllerManager } from "./controlPlane/controllerManager";
import { startEtcd } from "./controlPlane/etcd";
import { writeKubeconfig } from "./controlPlane/kubeconfig";
import { down } from "./down";
import { withLock } from "./host/lock";
import { forEachLimited } from "./host/waitFor";
import { labCluster, type LabCluster } from "./labCluster";
import { clusterNumbers, ensureClaim, labFolder } from "./labState";
import { ensureClusterPki } from "./pki/clusterPki";

/** What to start. */
export interface UpArgs {
  /** Labs of different names do not meet. @default "default" */
  readonly name?: string;
  /** How many clusters the lab shall have at least. @default 2 */
  readonly clusters?: number;
  /** Hears every step. @default nothing is said */
  readonly log?: Log;
}

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

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

async function startCluster(tools: Tools, site: ClusterSite, kubeconfig: string, log: Log): Promise<void> {
  const { name } = site.plan;
  const begin = Date.now();
  await Promise.all([startEtcd(tools.etcd, site, "api-etcd"), startEtcd(tools.etcd, site, "cilium-etcd")]);
  await startApiServer(tools.kubeApiserver, site);
  log(`${name}: API server ready on ${site.place.ip} after ${seconds(begin)}`);
  const access = { kubectl: tools.kubectl, kubeconfig, context: name };
  // The controller-manager looks for new kinds every 30 s only: with the CRDs there first, it collects them from the start.
  await installCrds(tools, site, access);
  await Promise.all([startControllerManager(tools.kubeControllerManager, site), installCilium(tools, site, access)]);
  log(`${name}: controllers run, Cilium's objects are there after ${seconds(begin)}`);
}

/**
 * Starts a lab, or completes one that runs: what is there and well is reused, clusters that are missing are added, processes
 * that have died are started again. Clusters beyond the number asked for are left alone.
 * @throws MissingPrerequisite when the machine lacks something; Error that names the process and the end of its log when one
 * does not get ready. What runs then goes on running: look, and end it with `down`.
 */
export async function up({ name = "default", clusters = 2, log = () => undefined }: UpArgs = {}): Promise<Lab> {
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > MAX_CLUSTERS) {
    throw new Error(`clusters: ${clusters}; a lab holds 1 to ${MAX_CLUSTERS} clusters`);
  }
  const dir = labFolder(name);
  const kubeconfig = join(dir, "kubeconfig");
  const tools = await ensureTools(log);
  const waiting = (): void => {
    log(`waiting for another process that works on lab "${name}"`);
  };
  const sites = await withLock(`lab-${name}`, waiting, async () => {
    const claim = await ensureClaim(dir);
    const wanted = Array.from({ length: clusters }, (_, index) => index + 1);
    const others = clusterNumbers(dir).filter((number) => number > clusters);
    const all = [...wanted, ...others].map((number) => clusterSite(dir, claim, number));
    for (const site of all) await ensureClusterPki(site.dir, site.plan);
    writeKubeconfig(kubeconfig, all);
    const started = all.slice(0, clusters);
    // An API server keeps a core busy while it starts: more at a time than cores only makes each of them late.
    await forEachLimited(started, Math.max(2, cpus().length), (site) => startCluster(tools, site, kubeconfig, log));
    return started;
  });
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
