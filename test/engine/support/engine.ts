import { up, type Lab, type LabCluster } from "../../../lab";
import { describePlugins } from "../../plugins/install";
import { makeWorkstation, type Workstation } from "../../support/pulumi";

/** Clusters of the engine level: five for a mesh, and one that joins. For a look at one file fewer will do. */
const CLUSTERS = Number(process.env["ENGINE_CLUSTERS"] ?? 6);
/** Labs of different names do not meet, so different files can be looked at side by side. */
const NAME = process.env["ENGINE_LAB"] ?? "engine";

/** What the engine level runs on, started once for all its files. */
export interface Engine {
  readonly lab: Lab;
  readonly workstation: Workstation;
}

let running: Promise<Engine> | undefined;

async function start(): Promise<Engine> {
  const log = (line: string) => {
    process.stderr.write(`    lab: ${line}\n`);
  };
  const lab = await up({ name: NAME, clusters: CLUSTERS, log });
  const workstation = await makeWorkstation({ pulumi: lab.bin.pulumi, bin: lab.bin.dir, kubeconfig: lab.kubeconfig });
  log(describePlugins(workstation.plugins));
  return { lab, workstation };
}

/** The running engine level. */
export function engine(): Promise<Engine> {
  running ??= start();
  return running;
}

/** The first clusters of the lab. */
export async function labClusters(count: number): Promise<readonly LabCluster[]> {
  return (await engine()).lab.clusters.slice(0, count);
}

/** Ends what {@link engine} has started. With KEEP_LAB set, the lab goes on running, for a look or for the next run. */
export async function endEngine(): Promise<void> {
  if (running === undefined) {
    return;
  }
  const { lab, workstation } = await running;
  await workstation.remove();
  if (process.env["KEEP_LAB"] === undefined) {
    await lab.down();
  }
}
