import type { Host } from "../shared/provider";
import type { Cluster } from "./cluster";
import type { Settings } from "./settings";
import type { WaitContext } from "./waiting";

/** A configured provider: its settings, its cluster, and the run that it is part of. */
export interface Session {
  readonly settings: Settings;
  readonly cluster: Cluster;
  readonly host: Host;
  readonly cancelled: AbortSignal;
}

export const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What to do about a cluster that is gone for good. */
export const LET_GO =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** The cluster for work on one resource. @throws when it cannot be reached. */
export function reach({ cluster, host, cancelled }: Session, urn: string): WaitContext {
  if (cluster.kind === "unreachable")
    throw new Error(`configured Kubernetes cluster is unreachable: ${cluster.reason}`);
  return {
    api: cluster.api,
    cancelled,
    status: (message) => {
      host.log("info", urn, message, "status");
    },
  };
}

/** Says that the cluster cannot be reached, where this is no reason to stop. */
export function warnUnreachable({ cluster, host }: Session, urn: string): void {
  if (cluster.kind === "reachable") return;
  host.log("warning", urn, `configured Kubernetes cluster is unreachable: ${cluster.reason}`);
}
