import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Targets } from "./recorded";

/** A cluster that is not the one that this stack has meshed under its name: nothing of what is recorded is true of it. */
export function otherClusterProblem(cluster: string, recordedUid: string, uid: string): Diagnostic {
  return error({
    cluster,
    property: "kube-system uid",
    value: uid,
    reason: `is not ${JSON.stringify(recordedUid)}, which this stack has meshed under this name: it is another cluster`,
    fix:
      "if context or kubeconfig leads to the wrong cluster, correct that; if the cluster was rebuilt, take two steps: " +
      `1. pulumi config set --path 'clustermesh:clusters.${cluster}.lost' true && pulumi up, ` +
      `2. pulumi config rm --path 'clustermesh:clusters.${cluster}.lost' && pulumi up, which has it join as it is now ` +
      "(or pulumi destroy after the first, which then asks nothing of it)",
  });
}

const SETTINGS: Readonly<Record<keyof Targets, string>> = {
  namespace: "cilium.namespace",
  configMap: "cilium.configMap",
  daemonSet: "cilium.daemonSet",
  operator: "cilium.operator",
  peerSecret: "peerSecret",
};

/** Settings that name other objects than those that were changed when the cluster joined: what is in them could not be given back. */
export function otherTargets(cluster: string, recorded: Targets, wanted: Targets): readonly Diagnostic[] {
  const names = Object.keys(SETTINGS) as (keyof Targets)[];
  return names.flatMap((name): Diagnostic[] => {
    const before = recorded[name];
    if (before === undefined || before === wanted[name]) return [];
    return [
      error({
        cluster,
        property: SETTINGS[name],
        value: wanted[name] ?? false,
        reason: `is not ${JSON.stringify(before)}, which this cluster was meshed with`,
        fix: `set it back to ${JSON.stringify(before)}; to change it, let the cluster leave first (remove it and pulumi up, or pulumi destroy) and join again`,
      }),
    ];
  });
}
