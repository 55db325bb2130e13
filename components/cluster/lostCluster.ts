import * as pulumi from "@pulumi/pulumi";
import { lostApiserverCertificates } from "../apiserver/apiserverCertificates";
import { lostRemoteUsers } from "../apiserver/remoteUsers";
import { lostEtcdUsers } from "../etcdUsers/etcdUsers";
import { PUBLICATIONS } from "../mesh/model/publication";
import { contextOf } from "../command/nodeCommand";
import { recordedOf } from "../identity/model/recorded";
import {
  objectsCommand,
  originalConfigCommand,
  recordedBy,
  rolloutCommand,
  type ClusterCommandArgs,
} from "./clusterCommands";
import { manualRestoreCommands } from "./model/manualRestore";

/**
 * A cluster that will never answer again. What its objects were leaves the state: the stack lets go of them through a provider that reaches
 * nothing. Its commands stay, under the URNs that they had, so that they learn from their changed input to ask nothing when they are deleted;
 * and so do the originals, should the cluster return.
 */
export class LostCluster extends pulumi.ComponentResource {
  readonly args: ClusterCommandArgs;
  /** What was recorded while it answered. */
  readonly originalConfig: pulumi.Output<string>;
  /** The commands that give the cluster back by hand, should it ever return. */
  readonly manualRestoreCommands: pulumi.Output<readonly string[]>;

  constructor(name: string, args: ClusterCommandArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:MeshedCluster", name, {}, opts);
    const child = { parent: this };
    const originalConfig = originalConfigCommand(name, args, child);
    rolloutCommand(name, args, originalConfig, child);
    objectsCommand(name, args, originalConfig, child);
    this.args = args;
    this.originalConfig = recordedBy(originalConfig);
    const { access, managedObjects, settings } = args;
    this.manualRestoreCommands = this.originalConfig.apply((printed) =>
      manualRestoreCommands({
        cilium: settings.cilium,
        ...contextOf(access),
        managedObjects,
        recorded: recordedOf(printed, args.cluster.name),
      }),
    );
    const { users } = PUBLICATIONS[args.cluster.publishes];
    if (users === "configMap") {
      lostRemoteUsers(name, args, child);
      lostApiserverCertificates(name, args, child);
    } else if (args.settings.etcdUsers === "manage") {
      lostEtcdUsers(name, args.cluster, child);
    }
    this.registerOutputs({});
  }
}
