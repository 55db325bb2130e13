import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { changes } from "../../support/events";
import { meshedViews } from "../../support/meshedView";
import { succeeded, type PulumiStack, type Run } from "../../support/pulumi";
import { readState } from "../../support/stackState";
import { newStack } from "./newStack";

const NAMESPACE = ["-n", "kube-system"];
const PEERS = "secret/cilium-clustermesh";
export const CONFIG = "configmap/cilium-config";
export const DAEMON_SET = "daemonset/cilium";
export const OPERATOR = "deployment/cilium-operator";

type Objects = Readonly<Record<string, object>>;

/** A mesh that is up, and how it was before. */
export interface Mesh {
  readonly stack: PulumiStack;
  readonly clusters: readonly LabCluster[];
  readonly first: LabCluster;
  readonly second: LabCluster;
  readonly untouched: readonly Objects[];
  readonly meshed: readonly Objects[];
}

export async function meshOf(name: string): Promise<Mesh> {
  const { stack, clusters, untouched } = await newStack(name, 2);
  const [first, second] = clusters;
  assert.ok(first && second);
  succeeded(await stack.up());
  return { stack, clusters, first, second, untouched, meshed: await meshedViews({ clusters, untouched }) };
}

/** What the state has recorded of the clusters as they were found. */
export async function originalsOf({ stack, clusters }: Mesh): Promise<readonly unknown[]> {
  const state = readState(await stack.export());
  return clusters.map(({ name }) => state.outputsOf(`${name}-originals`)["stdout"]);
}

/** The steps that change something, without those by which the state learns of the clusters. */
export const wanted = ({ steps }: Run): readonly string[] =>
  changes(steps.filter(({ op }) => op !== "refresh")).toSorted();

export const patch = (cluster: LabCluster, object: string, body: object, ...flags: readonly string[]) =>
  cluster.run(["patch", object, ...NAMESPACE, "--type=merge", "--patch", JSON.stringify(body), ...flags]);
export const remove = (cluster: LabCluster, object: string) => cluster.run(["delete", object, ...NAMESPACE]);

/** What the next `helm upgrade` writes. */
export const helmUpgrade = (cluster: LabCluster) =>
  patch(cluster, CONFIG, { data: { "cluster-name": "default", "cluster-id": "0" } }, "--field-manager=helm");

const annotated = (value: string | null) => ({
  spec: { template: { metadata: { annotations: { "cilium-clustermesh/config": value } } } },
});
const WITHOUT_ANNOTATION = annotated(null);
const LEAVING = annotated("leaving");

/** A way in which a meshed cluster is changed, and what has to be done about it: steps without the cluster's name. */
export interface Drift {
  readonly change: (cluster: LabCluster) => Promise<unknown>;
  readonly steps: readonly string[];
}

const RENAMED_BACK = ["update config", "update settled"];

export const DRIFTS = {
  "the peers' Secret is edited": {
    change: (cluster) => patch(cluster, PEERS, { data: { cluster2: Buffer.from("endpoints: []").toString("base64") } }),
    steps: ["update peers"],
  },
  "a key of the peers' Secret is deleted": {
    change: (cluster) => patch(cluster, PEERS, { data: { cluster2: null } }),
    steps: ["update peers"],
  },
  "the peers' Secret is deleted": { change: (cluster) => remove(cluster, PEERS), steps: ["create peers"] },
  "the Secret with the etcd's certificate is deleted": {
    change: (cluster) => remove(cluster, "secret/clustermesh-etcd-server"),
    steps: ["create etcd-server"],
  },
  "helm upgrade has written name and id back": { change: helmUpgrade, steps: RENAMED_BACK },
  "the id alone is changed by hand": {
    change: (cluster) => patch(cluster, CONFIG, { data: { "cluster-id": "0" } }),
    steps: RENAMED_BACK,
  },
  "the agents have lost the annotation that rolled them": {
    change: (cluster) => patch(cluster, DAEMON_SET, WITHOUT_ANNOTATION),
    steps: ["update settled"],
  },
  "an interrupted destroy has begun to roll the agents": {
    change: (cluster) => patch(cluster, DAEMON_SET, LEAVING, "--field-manager=cilium-clustermesh"),
    steps: ["update settled"],
  },
  "the operator has lost it": {
    change: (cluster) => patch(cluster, OPERATOR, WITHOUT_ANNOTATION),
    steps: ["update settled"],
  },
} as const satisfies Readonly<Record<string, Drift>>;

/** A drift by its name. */
export type DriftName = keyof typeof DRIFTS;

/** Steps as a run names them. */
export const stepsOf = (cluster: LabCluster, drifts: readonly Drift[]): readonly string[] =>
  [...new Set(drifts.flatMap(({ steps }) => steps))].map((step) => step.replace(" ", ` ${cluster.name}-`)).toSorted();

/** The drifts come, a preview that refreshes shows just their steps, `up --refresh` takes them, and then nothing is left to do. */
export async function assertRefreshed(
  mesh: Mesh,
  drifts: readonly (readonly [LabCluster, readonly Drift[]])[],
): Promise<void> {
  const { stack } = mesh;
  const originals = await originalsOf(mesh);
  for (const [cluster, all] of drifts) {
    for (const { change } of all) await change(cluster);
  }
  const expected = drifts.flatMap(([cluster, all]) => stepsOf(cluster, all)).toSorted();
  assert.deepEqual(wanted(succeeded(await stack.preview("--refresh"))), expected);
  succeeded(await stack.up("--refresh"));
  assert.deepEqual(await meshedViews(mesh), mesh.meshed);
  succeeded(await stack.up("--expect-no-changes"));
  assert.deepEqual(await originalsOf(mesh), originals);
}
