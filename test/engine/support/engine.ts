import { down, up, type Lab, type LabCluster } from "../../../lab";
import { describePlugins } from "../../plugins/pluginReport";
import { makeWorkstation, type Workstation } from "../../support/stacks/pulumi";
import { deployerKubeconfig } from "./deployer";
import { ENGINE_LAB, isKept } from "./labs";

/** As many clusters as most files need; the lab grows for those that need more. */
const FEWEST_CLUSTERS = 2;

/** What the engine level runs on: a lab that lives as long as the run, and a workstation for each file. */
export interface Engine {
  readonly lab: Lab;
  readonly workstation: Workstation;
}

/**
 * As whom the CLI reaches clusters: a user with the roles of the documentation; or the administrator, for long files, which give Cilium's objects other
 * names than those of the roles.
 */
type User = "deployer" | "administrator";

let running: Promise<Engine> | undefined;
let user: User = "administrator";
let told = false;

function log(line: string): void {
  process.stdout.write(`    ${ENGINE_LAB}: ${line}\n`);
}

/** The kubeconfig of a lab for the CLI. */
export const kubeconfigOf = async (lab: Lab): Promise<string> =>
  user === "deployer" ? deployerKubeconfig(lab) : lab.kubeconfig;

async function start(): Promise<Engine> {
  // A run that was killed leaves clusters in a state that nothing describes.
  if (!told && !isKept()) await down({ name: ENGINE_LAB, log });
  const lab = await up({ name: ENGINE_LAB, clusters: FEWEST_CLUSTERS, log: told ? () => undefined : log });
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: await kubeconfigOf(lab),
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
  if (lab.clusters.length >= count) return lab.clusters.slice(0, count);
  const larger = await up({ name: ENGINE_LAB, clusters: count, log });
  await kubeconfigOf(larger);
  return larger.clusters;
}

export async function startEngine(as: User): Promise<void> {
  user = as;
  await engine();
}

/** Ends what a file has started beside the lab. */
export async function stopEngine(): Promise<void> {
  if (running === undefined) return;
  const { workstation } = await running;
  running = undefined;
  await workstation.remove();
}
