import { dirname, join } from "node:path";
import { run, type RunResult } from "./host/run";

/** How to reach a cluster with kubectl. */
export interface ClusterAccess {
  readonly kubectl: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string;
}

/**
 * Runs kubectl as the cluster's administrator, untouched by the person's own kubectl settings.
 * @throws CommandError with kubectl's exit code and output.
 */
export const kubectl = (
  { kubectl: program, kubeconfig, context }: ClusterAccess,
  args: readonly string[],
  options: { readonly stdin?: string } = {},
): Promise<RunResult> =>
  run(program, [`--kubeconfig=${kubeconfig}`, `--context=${context}`, ...args], {
    env: { ...process.env, KUBERC: "off", KUBECACHEDIR: join(dirname(kubeconfig), "kube-cache") },
    ...options,
  });
