import { own, present } from "../../basics/model/own";
import type { ClientCertificates, Identity, Publishes, Reads } from "../../mesh/model/publication";
import type { ReachableCluster } from "./liveCluster";
import type { InspectedCluster, PreflightPolicy } from "./policy";
import type { AdoptedCA } from "../../settings/model/ca";

/** A cluster, as far as the rules about a clustermesh-apiserver depend on it. */
export interface ApiserverCluster {
  readonly name: string;
  readonly id: number;
  readonly publishes: Publishes;
  readonly reads: Reads;
  readonly clientCertificates: ClientCertificates;
  readonly identity: Identity;
  /** What of it is written down, and so not found. */
  readonly written?: {
    readonly endpoints?: readonly string[];
    readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
    readonly reads?: Reads;
    readonly ca?: AdoptedCA;
  };
}

/** Such a cluster, with what was read of it. */
export interface InspectedApiserver {
  readonly cluster: ApiserverCluster;
  readonly live: ReachableCluster;
}

/** A cluster with what is written down of it. */
export function withWritten(
  { cluster, live }: InspectedCluster,
  { written = {} }: Pick<PreflightPolicy, "written">,
): InspectedApiserver {
  const { apiserver = {}, reads } = own(written, cluster.name) ?? {};
  return { cluster: { ...cluster, written: { ...apiserver, ...present({ reads }) } }, live };
}
