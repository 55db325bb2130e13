import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contextOf, nodeCommand, type ClusterAccess } from "./nodeCommand";
import { patching } from "./ownership";
import type { MeshSettings } from "./settings";
import { desiredConfig, ROLLOUT_ANNOTATION, rolloutChecksum } from "./model/agentConfig";
import type { Claim } from "./model/liveCluster";
import type { Member } from "./model/mesh";
import { recordedPathsOf, type RecordedPaths } from "./model/pathVerdict";

/** The arguments of {@link agentConfiguration}. */
export interface AgentConfigurationArgs {
  readonly member: Member;
  readonly access: ClusterAccess;
  /** Objects that this stack makes in the cluster; `up` stops where one of them is there already and somebody else's. */
  readonly claims: readonly Claim[];
  readonly owner: string;
  readonly settings: MeshSettings;
}

/** Agents that run with their name and id. */
export interface AgentConfiguration {
  /** Done when they do: peers come after it, for a restarted agent that learns of peers late can cut the routes inside its own cluster. */
  readonly settled: pulumi.Resource;
  /** Which paths between the cluster's nodes did not work before. */
  readonly pathsBefore: pulumi.Output<RecordedPaths | undefined>;
}

/**
 * cilium-agent's name and id, and the roll-out that makes agents and operator read them.
 *
 * A Patch resource removes on destroy what it overwrote. So the originals are recorded before, in the state, and the order of the way back
 * is the order of these resources reversed:
 *
 * | up | resource | destroy |
 * |---|---|---|
 * | record the originals | `originals` | restore again what an interrupted run left, wait for the roll-out, remove what has name or id from etcd |
 * | set name and id | `config` | give up the fields |
 * | roll | `agents`, `operator` | take the annotation back, if it is still there |
 * | wait for the roll-out | `settled` | wait until the agents know no peer, write the originals back, roll, remove the nodes from etcd, roll |
 */
export function agentConfiguration(
  { member, access, claims, owner, settings }: AgentConfigurationArgs,
  opts: pulumi.CustomResourceOptions,
): AgentConfiguration {
  const { cilium, rollOut } = settings;
  const desired = desiredConfig(member);
  const metadata = (object: string) => ({ name: object, namespace: cilium.namespace });
  const input = {
    cluster: { name: member.name, ...contextOf(access) },
    names: cilium,
    desired,
    owner,
    peerSecret: settings.peerSecret,
    rollOut: { await: rollOut.enabled, timeoutSeconds: rollOut.timeoutSeconds },
    maxConnectedClusters: settings.maxConnectedClusters,
  };
  const adopted = settings.foreignSecret === "adopt" ? { adoptedSecret: settings.peerSecret } : {};
  const command = { script: "member.ts", clusters: { [member.name]: access } };

  const originals = nodeCommand(
    `${member.name}-originals`,
    {
      ...command,
      create: "record",
      update: "keep",
      delete: "release",
      input: { ...input, claims, ...adopted, probePaths: settings.check.enabled },
    },
    opts,
  );
  const config = new k8s.core.v1.ConfigMapPatch(
    `${member.name}-config`,
    {
      metadata: { ...metadata(cilium.configMap), annotations: patching(settings.conflicts === "overwrite") },
      data: desired,
    },
    { ...opts, dependsOn: originals },
  );

  const rolled = {
    template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: rolloutChecksum(desired) } } },
  };
  const afterConfig = { ...opts, dependsOn: config };
  const agents = new k8s.apps.v1.DaemonSetPatch(
    `${member.name}-agents`,
    { metadata: { ...metadata(cilium.daemonSet), annotations: patching(false) }, spec: rolled },
    afterConfig,
  );
  const operator =
    cilium.operator === undefined
      ? []
      : [
          new k8s.apps.v1.DeploymentPatch(
            `${member.name}-operator`,
            { metadata: { ...metadata(cilium.operator), annotations: patching(false) }, spec: rolled },
            afterConfig,
          ),
        ];
  const settled = nodeCommand(
    `${member.name}-settled`,
    {
      ...command,
      create: "settle",
      update: "settle",
      delete: "restore",
      input: { ...input, originals: originals.stdout },
    },
    { ...opts, dependsOn: [agents, ...operator] },
  );
  // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
  return { settled, pathsBefore: pulumi.unsecret(originals.stdout).apply(recordedPathsOf) };
}
