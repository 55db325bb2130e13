import type { Identity, Publishes, Reads } from "../../mesh/model/publication";
import type { ReachableCluster } from "./liveCluster";

/** A cluster, as far as the rules about a clustermesh-apiserver depend on it. */
export interface ApiserverCluster {
  readonly name: string;
  readonly id: number;
  readonly publishes: Publishes;
  readonly reads: Reads;
  readonly identity: Identity;
  /** What of it is written down, and so not found. */
  readonly written?: {
    readonly endpoints?: readonly string[];
    readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
    readonly reads?: Reads;
  };
}

/** Such a cluster, with what was read of it. */
export interface InspectedApiserver {
  readonly cluster: ApiserverCluster;
  readonly live: ReachableCluster;
}
