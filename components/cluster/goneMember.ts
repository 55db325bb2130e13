import * as pulumi from "@pulumi/pulumi";
import { goneEtcdUsers } from "../etcdUsers/etcdUsers";
import { recordedOf } from "../identity/model/recorded";
import type { Member } from "../mesh/model/mesh";
import { objectsCommand, originalsCommand, settledCommand, type MemberCommandArgs } from "./memberCommands";
import { handBack } from "./model/lostCluster";

/**
 * A member that will not answer any more. What its objects were leaves the state: the stack lets go of them through a provider that reaches
 * nothing. Its commands stay, under the URNs that they had, so that they learn from their changed input to ask nothing when they are deleted;
 * and so do the originals, should the cluster return.
 */
export class GoneMember extends pulumi.ComponentResource {
  readonly spec: Member;
  /** What was recorded while it answered. */
  readonly originals: pulumi.Output<string>;
  /** The commands that give the cluster back by hand, should it ever return. */
  readonly handBack: pulumi.Output<readonly string[]>;

  constructor(name: string, args: MemberCommandArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:Member", name, {}, opts);
    const child = { parent: this };
    const originals = originalsCommand(args, child);
    settledCommand(args, originals, child);
    objectsCommand(args, originals, child);
    this.spec = args.member;
    this.originals = originals.stdout;
    const { claims, settings } = args;
    // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
    this.handBack = pulumi
      .unsecret(originals.stdout)
      .apply((printed) =>
        handBack({ names: settings.cilium, claims, recorded: recordedOf(printed, args.member.name) }),
      );
    if (args.settings.etcdUsers === "manage") {
      goneEtcdUsers(args.member, child);
    }
    this.registerOutputs({});
  }
}
