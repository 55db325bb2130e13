import type { local } from "@pulumi/command";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CertificateSettings } from "../certificates/model/certificates";
import { desiredConfig, type CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess, type NodeCommandArgs } from "../command/nodeCommand";
import type { EtcdUserSettings } from "../etcdUsers/etcdAdmin";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import type { PlannedCluster } from "../mesh/etcd";
import type { Observed } from "../mesh/model/observed";
import type { PeerSettings } from "../peers/peerSecret";
import { DEFAULT_SETTINGS } from "../settings/model/settings";
import { checkProvider } from "./ownProvider";

/** The settings about one cluster of the mesh. */
export type ClusterSettings = CiliumSettings & CertificateSettings & PeerSettings & EtcdUserSettings;

/** The arguments of a cluster's commands. */
export interface ClusterCommandArgs {
  readonly cluster: PlannedCluster;
  readonly access: ClusterAccess;
  readonly observed: Observed;
  /** Objects that this stack makes in the cluster. `up` stops where one of them exists and has another owner. */
  readonly managedObjects: readonly ManagedObject[];
  /** The keys of the Secret with its peers. */
  readonly peerKeys: readonly string[];
  readonly owner: string;
  readonly settings: ClusterSettings;
  /** The program's own; absent where it gave none. */
  readonly provider?: k8s.Provider;
  /** Done when what is known only once it is made was checked, too; absent where all was plain. */
  readonly checked?: Promise<unknown>;
}

type Verbs = Pick<NodeCommandArgs, "create" | "update" | "delete" | "occasion">;

/** A command of a cluster, which runs after what it waits for: its own input is added to what all of them share. No verb contacts a lost cluster. */
function clusterCommand(
  name: string,
  { cluster, access, owner, settings }: ClusterCommandArgs,
  { input, after, ...verbs }: Verbs & { readonly input: object; readonly after?: pulumi.Output<unknown> },
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { cilium, wait, peerSecret, maxConnectedClusters } = settings;
  const { identity, publishes } = cluster;
  const shared = {
    cluster: { name: cluster.name, ...contextOf(access) },
    cilium,
    desiredConfig: desiredConfig(cluster),
    owner,
    peerSecret,
    // Without waiting, the limit is not used.
    rollOut: { await: wait.rollout !== false, timeoutSeconds: wait.rollout || DEFAULT_SETTINGS.wait.rollout },
    maxConnectedClusters,
    ...(identity === "set" ? {} : { identity }),
    ...(publishes === "kvstore" ? {} : { publishes }),
    ...(cluster.lost === true ? { lost: true } : {}),
  };
  const command = { script: "cluster", clusters: { [cluster.name]: access } };
  const all = { ...shared, ...input };
  return nodeCommand(name, { ...command, ...verbs, input: after?.apply(() => all) ?? all }, opts);
}

/** What is allowed while name and id change. */
const allowedWith = ({ allow }: ClusterSettings) => ({
  overwriteConflicts: allow.includes("overwriteConflicts"),
  ...(allow.includes("policyInterruptions") ? { policyInterruptions: true } : {}),
});

/** The first step on a cluster: refuses what must not be touched, and records what will be overwritten. Its deletion is the last step. */
export function originalConfigCommand(
  name: string,
  args: ClusterCommandArgs,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { cluster, managedObjects, provider, settings } = args;
  const adoptSecret = settings.allow.includes("adoptSecret");
  const checks = [
    ...(args.checked === undefined ? [] : [args.checked]),
    ...(provider === undefined ? [] : [checkProvider(cluster.name, provider, cluster.lost === true)]),
  ];
  return clusterCommand(
    `${name}-original-config`,
    args,
    {
      ...(checks.length === 0 ? {} : { after: pulumi.output(Promise.all(checks)) }),
      create: "record",
      update: "keep",
      delete: "release",
      // Which cluster it is now, as far as that was seen: another one is refused, although nothing else has changed.
      occasion: { seen: args.observed.seenAs },
      input: {
        managedObjects,
        adoptSecret,
        ...(adoptSecret ? { peerKeys: args.peerKeys } : {}),
        ...allowedWith(settings),
        probePaths: settings.wait.check !== false,
      },
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
  return clusterCommand(
    `${name}-rollout`,
    args,
    {
      create: "rollOut",
      update: "rollOut",
      delete: "restore",
      occasion: { seen: args.observed.drift },
      input: { ...allowedWith(args.settings), originalConfig: originalConfig.stdout },
    },
    opts,
  );
}

/**
 * Comes between the Secret of KVStoreMesh and that of the agents: agents that have read their peers themselves are led to a cache only when that has
 * them. It runs once, and again where these Secrets are written again.
 */
export function cachesReadyCommand(
  name: string,
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const verbs = { create: "awaitCaches", update: "awaitCaches", occasion: { seen: args.observed.reapply } };
  const input = { originalConfig: originalConfig.stdout };
  return clusterCommand(`${name}-caches-ready`, args, { ...verbs, input }, opts);
}

/**
 * Comes after the Secret of agents that read their peers themselves: takes from KVStoreMesh what they have read through its cache before. It runs once,
 * and again where {@link objectsCommand} has left something of that.
 */
export function cachesGoneCommand(
  name: string,
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  objects: local.Command,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const input = { originalConfig: originalConfig.stdout, objectsNow: objects.stdout };
  return clusterCommand(`${name}-caches-gone`, args, { create: "dropCaches", update: "dropCaches", input }, opts);
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
  return clusterCommand(
    `${name}-objects`,
    args,
    {
      create: "updateObjects",
      update: "updateObjects",
      delete: "removeObjects",
      input: { managedObjects: args.managedObjects, originalConfig: originalConfig.stdout },
    },
    opts,
  );
}
