import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapLimited } from "../../../components/basics/mapLimited";
import { up, type Lab } from "../../../lab";
import { fingerprint, installationOf, reinstall, type Installation } from "./installation";
import { startProxy, type Proxy } from "./proxy";
import { kubeconfigOf, virtualCluster, type VirtualCluster } from "./virtualCluster";

export const BENCH_LAB = "bench";
const CLUSTERS_PER_CONTROL_PLANE = 64;
const AT_ONCE = 8;

/** As many clusters as wanted, on as few real API servers as fit. */
export interface World {
  readonly lab: Lab;
  readonly controlPlanes: number;
  /** A folder of the bench's own, gone with the world. */
  readonly folder: string;
  /** The first clusters, with Cilium installed. */
  readonly clusters: (count: number) => Promise<readonly VirtualCluster[]>;
  /** Writes a kubeconfig for these clusters and says where. */
  readonly kubeconfig: (clusters: readonly VirtualCluster[]) => Promise<string>;
  /** What each cluster holds, in a word. */
  readonly fingerprints: (clusters: readonly VirtualCluster[]) => Promise<readonly string[]>;
  /** Makes clusters as new, whatever a run has left in them. */
  readonly renew: (clusters: readonly VirtualCluster[]) => Promise<void>;
  /** Ends the proxy, and the lab unless it is to be kept. */
  readonly end: (keepLab: boolean) => Promise<void>;
}

function populated(lab: Lab, proxy: Proxy, folder: string, controlPlanes: number, original: Installation): World {
  const installed = new Set<number>();
  const renew = async (clusters: readonly VirtualCluster[]) => {
    await mapLimited(clusters, AT_ONCE, ({ server }) => reinstall(server, original));
  };
  return {
    lab,
    controlPlanes,
    folder,
    clusters: async (count) => {
      const all = Array.from({ length: count }, (_, index) => virtualCluster(index + 1, proxy.serverOf(index + 1)));
      const missing = all.filter(({ number }) => !installed.has(number));
      await renew(missing);
      missing.forEach(({ number }) => installed.add(number));
      return all;
    },
    kubeconfig: async (clusters) => {
      const file = join(folder, `kubeconfig-${String(clusters.length)}`);
      await writeFile(file, kubeconfigOf(clusters), { mode: 0o600 });
      return file;
    },
    fingerprints: (clusters) => mapLimited(clusters, AT_ONCE, ({ server }) => fingerprint(server)),
    renew,
    end: async (keepLab) => {
      await proxy.end();
      if (!keepLab) {
        await lab.down();
      }
    },
  };
}

/** Starts control planes for so many clusters and the proxy before them. */
export async function startWorld(clusters: number, log: (line: string) => void): Promise<World> {
  const controlPlanes = Math.ceil(clusters / CLUSTERS_PER_CONTROL_PLANE);
  const lab = await up({ name: BENCH_LAB, clusters: controlPlanes, log });
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-bench-"));
  // Keys go through it, so it does not stay behind an interrupted bench either.
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const proxy = await startProxy(folder, lab.kubeconfig, controlPlanes, clusters);
  const original = await installationOf(proxy.serverOf(0));
  return populated(lab, proxy, folder, controlPlanes, original);
}
