import { CommandError, type LabCluster, run } from "../../../../lab";

/** How a command of Cilium's CLI ended for a cluster. */
export interface CliRun {
  readonly cluster: string;
  readonly code: number;
  /** All that it said. */
  readonly text: string;
}

/** The CLI of Cilium, where the machine has one. Its code is on no branch of a release, so it cannot be built with the rest of the lab. */
export const ciliumCli = (): string | undefined => process.env["CILIUM_CLI"];

/** Why a test that needs the CLI is skipped. */
export const NO_CLI = "CILIUM_CLI is not set to the path of Cilium's CLI, which cannot be built from a Go module";

/** Runs `cilium clustermesh …` on a cluster. By its environment: other clusters are looked for there alone, whatever `--kubeconfig` says. */
export async function clustermesh(cli: string, cluster: LabCluster, args: readonly string[]): Promise<CliRun> {
  const { name, kubeconfig, context } = cluster;
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  try {
    const { stdout, stderr } = await run(cli, ["clustermesh", ...args, `--context=${context}`], { env });
    return { cluster: name, code: 0, text: stdout + stderr };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { cluster: name, code: error.exitCode ?? -1, text: error.stdout + error.stderr };
  }
}

/** Asks how a cluster fares in its mesh. It needs a context alone, and no Helm release. */
export const cliStatus = (cli: string, cluster: LabCluster, seconds = 20): Promise<CliRun> =>
  clustermesh(cli, cluster, ["status", "--wait", `--wait-duration=${seconds}s`]);
