import * as pulumi from "@pulumi/pulumi";
import { own } from "../basics/model/own";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";
import type { Reads } from "../mesh/model/publication";
import type { PathRow, RecordedPaths } from "../nodePaths/model/pathVerdict";
import type { MeshSettings } from "../settings/model/settings";
import { parseCheckResult, type ReadinessRow } from "./model/checkResult";
import type { StalePodRow } from "./model/stalePods";

/** The settings about the check. */
export type MeshCheckSettings = CiliumSettings & Pick<MeshSettings, "allow" | "requireExternalPeers">;

/** A cluster that is checked. */
export interface CheckedCluster extends Pick<Cluster, "name" | "id"> {
  /** Who reads its peers. @default "direct" */
  readonly reads?: Reads;
}

/** The arguments of {@link meshCheck}. */
export interface MeshCheckArgs {
  readonly clusters: readonly CheckedCluster[];
  /** Peers of theirs that other stacks look after. */
  readonly externalPeers: readonly Pick<Cluster, "name" | "id">[];
  readonly access: Readonly<Record<string, ClusterAccess>>;
  /** Changes with all that the agents read about their peers; a change runs the check again. */
  readonly peersHash: pulumi.Output<string>;
  /** What did not work inside the clusters before they were changed, by name. It stays as it was recorded, and so runs nothing again. */
  readonly pathsBefore: Readonly<Record<string, pulumi.Output<RecordedPaths | undefined>>>;
  /** Which clusters these were when they joined, by name: the check contacts no other one. */
  readonly clusterUids: Readonly<Record<string, pulumi.Output<string | undefined>>>;
  readonly settings: MeshCheckSettings;
}

/** The readiness of a mesh; what was seen of it is absent where it is not checked. */
export interface MeshCheck {
  readonly readiness?: pulumi.Output<readonly ReadinessRow[]>;
  readonly paths?: pulumi.Output<readonly PathRow[]>;
  readonly stalePods?: pulumi.Output<readonly StalePodRow[]>;
  /** What has to be done before anything may rely on the mesh. */
  readonly done: readonly pulumi.Resource[];
}

/**
 * Waits until every agent of every cluster sees every declared peer ready and with the declared id (those of other stacks where that is wanted:
 * they may be about to join), in a cluster whose agents read a cache that cache too, and until nodes of one cluster reach each
 * other as they did before. Fails `up` with each pair that does not, with the cause where it is known, and with what
 * `cilium-dbg troubleshoot clustermesh` prints there.
 *
 * @param after What the agents learn their peers from.
 */
export function meshCheck(
  name: string,
  args: MeshCheckArgs,
  after: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): MeshCheck {
  const { wait, cilium, allow, maxConnectedClusters, requireExternalPeers } = args.settings;
  if (wait.check === false) return { done: after };
  const clusters = args.clusters.map(({ name, id, reads }) => {
    const access = own(args.access, name);
    const cached = reads === "cached" ? { reads } : {};
    return {
      name,
      id,
      ...cached,
      uid: own(args.clusterUids, name),
      ...(access === undefined ? {} : contextOf(access)),
    };
  });
  const externalPeers = args.externalPeers.map(({ name: other, id }) => ({ name: other, id }));
  const ofOthers = externalPeers.length === 0 ? {} : { externalPeers, requireExternalPeers };
  const restartStalePods = allow.includes("restartStalePods");
  const { peersHash, pathsBefore } = args;
  const command = nodeCommand(
    `${name}-check`,
    {
      script: "meshCheck",
      create: "check",
      update: "check",
      input: { cilium, timeoutSeconds: wait.check, maxConnectedClusters, restartStalePods, peersHash },
      largeInput: { clusters, ...ofOthers, pathsBefore },
      clusters: args.access,
    },
    { ...opts, dependsOn: [...after] },
  );
  // The result has no secret; it counts as one only because the command got kubeconfigs.
  const result = pulumi.unsecret(command.stdout).apply(parseCheckResult);
  return {
    readiness: result.apply(({ readiness }) => readiness),
    paths: result.apply(({ paths }) => paths),
    stalePods: result.apply(({ stalePods: found }) => found),
    done: [command],
  };
}
