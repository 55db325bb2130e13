import type { Kubectl } from "../kubectl";
import { FIELD_MANAGER, ROLLOUT_ANNOTATION, type CiliumObjects } from "../model/agentConfig";
import { configKey, IDENTITY_KEYS, identityKeys, namedKeys, nodeKeys } from "../model/kvstoreKeys";
import type { MaxConnectedClusters } from "../model/mesh";
import { patching } from "../ownership";
import { agentPods } from "./agents";
import { openKvstore, type Kvstore } from "./kvstore";
import { progress } from "./protocol";

/** A cluster that leaves its mesh. */
export interface Leaving {
  readonly name: string;
  readonly id: number;
  readonly maxConnectedClusters: MaxConnectedClusters;
  readonly names: CiliumObjects;
}

const LEAVING = "leaving";

/**
 * Rolls agents and operator by another value of the annotation that the Patch resources own. Those take it away afterwards, which rolls once
 * more: leaving takes two roll-outs, the second within 30 seconds of the removal of the node keys in between.
 */
export async function rollOnce(kubectl: Kubectl, { names }: Leaving): Promise<void> {
  const workloads = [
    { kind: "DaemonSet", name: names.daemonSet },
    ...(names.operator === undefined ? [] : [{ kind: "Deployment", name: names.operator }]),
  ];
  for (const { kind, name } of workloads) {
    if (!(await kubectl.exists(`${kind.toLowerCase()}/${name}`, names.namespace))) {
      continue;
    }
    const rolled = {
      apiVersion: "apps/v1",
      kind,
      metadata: { name, namespace: names.namespace, annotations: patching(false) },
      spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: LEAVING } } } },
    };
    const apply = ["apply", "--server-side", `--field-manager=${FIELD_MANAGER}`, "--force-conflicts", "--filename=-"];
    await kubectl.run(apply, { stdin: JSON.stringify(rolled) });
  }
}

/** Whether a cluster's agents keep their state in etcd; otherwise nothing of it is there to be left behind. */
async function keepsStateInEtcd(kubectl: Kubectl, names: CiliumObjects): Promise<boolean> {
  const path = ["-o", "jsonpath={.data.kvstore}"];
  const kvstore = await kubectl.run([
    ...["get", `configmap/${names.configMap}`, "-n", names.namespace, "--ignore-not-found"],
    ...path,
  ]);
  return kvstore.trim() === "etcd" && (await agentPods(kubectl, names)).length > 0;
}

/** Does something in a cluster's etcd; a cluster whose etcd is gone leaves all the same, and what stays is named. */
async function inKvstore(
  kubectl: Kubectl,
  { name, names }: Leaving,
  what: string,
  work: (kvstore: Kvstore) => Promise<void>,
): Promise<void> {
  if (!(await keepsStateInEtcd(kubectl, names))) {
    return;
  }
  try {
    const kvstore = await openKvstore(kubectl, names);
    if (kvstore !== undefined) {
      await work(kvstore);
      progress(`cluster "${name}": ${what} removed from its etcd`);
    }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n").at(-1) ?? "") : String(error);
    progress(
      `warning: cluster "${name}": ${what} stay in its etcd (${why}); they name the cluster, delete them: cilium-dbg kvstore delete`,
    );
  }
}

/** Removes the nodes that the cluster's agents wrote under its name. Not before agents with another name run: these would write them again. */
export const removeNodeKeys = (kubectl: Kubectl, leaving: Leaving): Promise<void> =>
  inKvstore(kubectl, leaving, `nodes (${nodeKeys(leaving.name)})`, (kvstore) =>
    kvstore.deletePrefix(nodeKeys(leaving.name)),
  );

/** Removes what else the cluster wrote under its name and id, once its agents and operator have both back. */
export const removeNamedKeys = (kubectl: Kubectl, leaving: Leaving): Promise<void> =>
  inKvstore(kubectl, leaving, `configuration, services and identities of id ${String(leaving.id)}`, async (kvstore) => {
    const { name, id, maxConnectedClusters } = leaving;
    for (const prefix of namedKeys(name)) {
      await kvstore.deletePrefix(prefix);
    }
    const identities = identityKeys(await kvstore.list(IDENTITY_KEYS), id, maxConnectedClusters);
    await kvstore.deleteKeys([configKey(name), ...identities]);
  });
