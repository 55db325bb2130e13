import { down, up, type Lab, type LabCluster } from "../../../lab";
import { describePlugins } from "../../plugins/pluginReport";
import { makeWorkstation, type Workstation } from "../../support/pulumi";

/** As many clusters as most files need; the lab grows for those that need more. */
const FEWEST_CLUSTERS = 2;
/** Workers of a parallel run have labs of their own. Labs of different names do not meet. */
const PREFIX = process.env["ENGINE_LAB"] ?? "engine";
const NAME = `${PREFIX}-${process.env["MOCHA_WORKER_ID"] ?? "0"}`;
const MOST_WORKERS = 8;

/** What the engine level runs on: a lab that lives as long as the run, and a workstation for each file. */
export interface Engine {
  readonly lab: Lab;
  readonly workstation: Workstation;
}

let running: Promise<Engine> | undefined;
let told = false;

function log(line: string): void {
  process.stdout.write(`    ${NAME}: ${line}\n`);
}

const isKept = (): boolean => process.env["KEEP_LAB"] !== undefined;

async function start(): Promise<Engine> {
  // A run that was killed leaves clusters in a state that nothing describes.
  if (!told && !isKept()) await down({ name: NAME, log });
  const lab = await up({ name: NAME, clusters: FEWEST_CLUSTERS, log: told ? () => undefined : log });
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log,
  });
  if (!told) log(describePlugins(workstation.plugins));
  told = true;
  return { lab, workstation };
}

/** The running engine level. */
export function engine(): Promise<Engine> {
  running ??= start();
  return running;
}

/** The first clusters of the lab, which is made larger where it has too few. */
export async function labClusters(count: number): Promise<readonly LabCluster[]> {
  const { lab } = await engine();
  const clusters =
    lab.clusters.length >= count ? lab.clusters : (await up({ name: NAME, clusters: count, log })).clusters;
  return clusters.slice(0, count);
}

export async function startEngine(): Promise<void> {
  await engine();
}

/** Ends what a file has started beside the lab. */
export async function stopEngine(): Promise<void> {
  if (running === undefined) return;
  const { workstation } = await running;
  running = undefined;
  await workstation.remove();
}

/** Ends the labs of all workers. With KEEP_LAB set they go on running, for a look or for the next run. */
export async function endLabs(): Promise<void> {
  if (isKept()) return;
  const workers = Array.from({ length: MOST_WORKERS }, (_, id) => `${PREFIX}-${String(id)}`);
  await Promise.all(workers.map((name) => down({ name })));
}
