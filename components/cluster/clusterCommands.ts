import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CertificateSettings } from "../certificates/model/certificates";
import { desiredConfig, type CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { EtcdUserSettings } from "../etcdUsers/etcdAdmin";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import type { Cluster } from "../mesh/model/mesh";
import type { Observed } from "../mesh/model/observed";
import type { PeerSettings } from "../peers/peerSecret";
import { DEFAULT_SETTINGS } from "../settings/model/settings";

/** The settings about one cluster of the mesh. */
export type ClusterSettings = CiliumSettings & CertificateSettings & PeerSettings & EtcdUserSettings;

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
  /** Known where the program's own provider may be used; absent where it gave none. */
  readonly providerChecked?: pulumi.Output<true>;
}

/** The input that all commands share. No verb contacts a lost cluster. */
function commandOf({ cluster, access, owner, settings }: ClusterCommandArgs) {
  const { cilium, wait } = settings;
  return {
    script: "cluster",
    clusters: { [cluster.name]: access },
    input: {
      cluster: { name: cluster.name, ...contextOf(access) },
      cilium,
      desiredConfig: desiredConfig(cluster),
      owner,
      peerSecret: settings.peerSecret,
      // Where nobody waits, the limit is not used.
      rollOut: { await: wait.rollout !== false, timeoutSeconds: wait.rollout || DEFAULT_SETTINGS.wait.rollout },
      maxConnectedClusters: settings.maxConnectedClusters,
      ...(cluster.lost === true ? { lost: true } : {}),
    },
  };
}

/** Whether name and id of another owner are overwritten, as the commands have it. */
const conflictsOf = ({ allow }: ClusterSettings) => (allow.includes("overwriteConflicts") ? "overwrite" : "refuse");

/** The first step on a cluster: refuses what must not be touched, and records what will be overwritten. Its deletion is the last step. */
export function originalConfigCommand(
  name: string,
  args: ClusterCommandArgs,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { managedObjects, settings, providerChecked } = args;
  const { input: ofAll, ...command } = commandOf(args);
  const adopts = settings.allow.includes("adoptSecret");
  const input = {
    ...ofAll,
    managedObjects,
    foreignSecret: adopts ? "adopt" : "refuse",
    ...(adopts ? { peerKeys: args.peerKeys } : {}),
    conflicts: conflictsOf(settings),
    probePaths: settings.wait.check !== false,
  };
  return nodeCommand(
    `${name}-original-config`,
    {
      ...command,
      create: "record",
      update: "keep",
      delete: "release",
      // Which cluster it is now, as far as that was seen: another one is refused, although nothing else has changed.
      occasion: { seen: args.observed.seenAs },
      input: providerChecked?.apply(() => input) ?? input,
    },
    opts,
  );
}

/** What it has recorded. There is no secret in it; it counts as one only because the command got a kubeconfig. */
export const recordedBy = (originalConfig: local.Command): pulumi.Output<string> =>
  pulumi.unsecret(originalConfig.stdout);

/**
 * Sets name and id, together with the originals, rolls agents and operator, and waits until they run with them. It runs again for another name
 * or id, for other originals, and for drift. Its deletion writes the originals back, and rolls them again.
 */
export function rolloutCommand(
  name: string,
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { input, ...command } = commandOf(args);
  const conflicts = conflictsOf(args.settings);
  return nodeCommand(
    `${name}-rollout`,
    {
      ...command,
      create: "rollOut",
      update: "rollOut",
      delete: "restore",
      occasion: { seen: args.observed.drift },
      input: { ...input, conflicts, originalConfig: originalConfig.stdout },
    },
    opts,
  );
}

/**
 * The objects that this stack has in a cluster. Those that it has no more are removed by this and not by Pulumi, which would delete by name.
 * They come after it: so on the way back they have left the state when they are removed, and an `up` that is tried then makes them again.
 */
export function objectsCommand(
  name: string,
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { input, ...command } = commandOf(args);
  return nodeCommand(
    `${name}-objects`,
    {
      ...command,
      create: "updateObjects",
      update: "updateObjects",
      delete: "removeObjects",
      input: { ...input, managedObjects: args.managedObjects, originalConfig: originalConfig.stdout },
    },
    opts,
  );
}
