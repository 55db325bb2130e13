import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { CertificateSettings } from "../certificates/model/certificates";
import { desiredConfig, type CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { EtcdUserSettings } from "../etcdUsers/etcdAdmin";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import type { Cluster } from "../mesh/model/mesh";
import type { Observed } from "../mesh/model/observed";
import type { MeshCheckSettings } from "../meshCheck/meshCheck";
import type { PeerSettings } from "../peers/peerSecret";

/** The settings about one cluster of the mesh. */
export interface ClusterSettings
  extends CiliumSettings, CertificateSettings, PeerSettings, EtcdUserSettings, Pick<MeshCheckSettings, "check"> {
  /** Name and id in `cilium-config` that differ and have another owner (Helm): refuse, or overwrite until destroy. @default "refuse" */
  readonly conflicts: "refuse" | "overwrite";
}

/** The arguments of a cluster's commands. */
export interface ClusterCommandArgs {
  readonly cluster: Cluster;
  readonly access: ClusterAccess;
  readonly observed: Observed;
  /** Objects that this stack makes in the cluster. `up` stops where one of them exists and has another owner. */
  readonly managedObjects: readonly ManagedObject[];
  /** The keys of the Secret with its peers. */
  readonly peerKeys: readonly string[];
  readonly owner: string;
  readonly settings: ClusterSettings;
}

/** The input that all commands share. No verb contacts a lost cluster. */
function commandOf({ cluster, access, owner, settings }: ClusterCommandArgs) {
  const { cilium, rollOut } = settings;
  return {
    script: "cluster",
    clusters: { [cluster.name]: access },
    input: {
      cluster: { name: cluster.name, ...contextOf(access) },
      names: cilium,
      desired: desiredConfig(cluster),
      owner,
      peerSecret: settings.peerSecret,
      rollOut: { await: rollOut.enabled, timeoutSeconds: rollOut.timeoutSeconds },
      maxConnectedClusters: settings.maxConnectedClusters,
      ...(cluster.lost === true ? { gone: true } : {}),
    },
  };
}

/** The first step on a cluster: refuses what must not be touched, and records what will be overwritten. Its deletion is the last step. */
export function originalConfigCommand(args: ClusterCommandArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { cluster, managedObjects, settings } = args;
  const { input, ...command } = commandOf(args);
  const { foreignSecret, conflicts } = settings;
  const adopted = foreignSecret === "adopt" ? { peerKeys: args.peerKeys } : {};
  return nodeCommand(
    `${cluster.name}-originals`,
    {
      ...command,
      create: "record",
      update: "keep",
      delete: "release",
      // Which cluster it is now, as far as that was seen: another one is refused, although nothing else has changed.
      occasion: { seen: args.observed.seenAs },
      input: {
        ...input,
        claims: managedObjects,
        foreignSecret,
        ...adopted,
        conflicts,
        probePaths: settings.check.enabled,
      },
    },
    opts,
  );
}

/**
 * Sets name and id, together with the originals, rolls agents and operator, and waits until they run with them. It runs again for another name
 * or id, for other originals, and for drift. Its deletion writes the originals back, and rolls them again.
 */
export function rolloutCommand(
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { input, ...command } = commandOf(args);
  const { conflicts } = args.settings;
  return nodeCommand(
    `${args.cluster.name}-settled`,
    {
      ...command,
      create: "settle",
      update: "settle",
      delete: "restore",
      occasion: { seen: args.observed.drift },
      input: { ...input, conflicts, originals: originalConfig.stdout },
    },
    opts,
  );
}

/**
 * The objects that this stack has in a cluster. Those that it has no more are removed by this and not by Pulumi, which would delete by name.
 * They come after it: so on the way back they have left the state when they are removed, and an `up` that is tried then makes them again.
 */
export function objectsCommand(
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { input, ...command } = commandOf(args);
  return nodeCommand(
    `${args.cluster.name}-objects`,
    {
      ...command,
      create: "claim",
      update: "claim",
      delete: "remove",
      input: { ...input, claims: args.managedObjects, originals: originalConfig.stdout },
    },
    opts,
  );
}
