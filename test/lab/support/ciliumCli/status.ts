import { CommandError, type LabCluster, run } from "../../../../lab";

/** How `cilium clustermesh status` ended for a cluster. */
export interface CliStatus {
  readonly cluster: string;
  readonly code: number;
  /** All that it said. */
  readonly text: string;
}

/** The CLI of Cilium, where the machine has one. Its code is on no branch of a release, so it cannot be built with the rest of the lab. */
export const ciliumCli = (): string | undefined => process.env["CILIUM_CLI"];

/** Asks Cilium's own CLI how a cluster fares in its mesh. It needs a context alone, and no Helm release. */
export async function cliStatus(cli: string, { name, kubeconfig, context }: LabCluster): Promise<CliStatus> {
  const args = ["clustermesh", "status", `--kubeconfig=${kubeconfig}`, `--context=${context}`];
  const limits = ["--wait", "--wait-duration=20s"];
  try {
    const { stdout, stderr } = await run(cli, [...args, ...limits]);
    return { cluster: name, code: 0, text: stdout + stderr };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { cluster: name, code: error.exitCode ?? -1, text: error.stdout + error.stderr };
  }
}
