import assert from "node:assert/strict";
import type { LabCluster } from "../../../../lab";
import { changes } from "../../../support/events";
import { fieldOwners } from "../../../support/kubernetes/fieldOwners";
import { meshedViews } from "../../../support/preflight/meshedView";
import { succeeded, type PulumiStack, type Run } from "../../../support/stacks/pulumi";
import { readState } from "../../../support/stacks/stackState";
import { newStack } from "../newStack";

const NAMESPACE = ["-n", "kube-system"];
const PEERS = "secret/cilium-clustermesh";
const SERVER = "secret/clustermesh-etcd-server";
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
  return clusters.map(({ name }) => state.outputsOf(`clustermesh-${name}-original-config`)["stdout"]);
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
  /** What an `up` that refreshes does. */
  readonly steps: readonly string[];
  /** What a plain one does. */
  readonly plain: readonly string[];
}

const SET_AGAIN = { steps: ["update rollout"], plain: ["update rollout"] };
const written = (secret: string) => [`create-replacement ${secret}`, `delete-replaced ${secret}`, `replace ${secret}`];

/** Both Secrets are written again wherever one of them was changed. */
const REAPPLIED = [...written("etcd-server"), ...written("peers")];

const byHand = (data: Readonly<Record<string, string | null>>) => (cluster: LabCluster) =>
  patch(cluster, CONFIG, { data }, "--field-manager=kubectl-edit");
const annotation = (object: string, key: string, value: string | null) => (cluster: LabCluster) =>
  patch(cluster, object, { metadata: { annotations: { [`cilium-clustermesh/${key}`]: value } } });

export const DRIFTS = {
  "the peers' Secret is edited": {
    change: (cluster) => patch(cluster, PEERS, { data: { cluster2: Buffer.from("endpoints: []").toString("base64") } }),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "a key of the peers' Secret is deleted": {
    change: (cluster) => patch(cluster, PEERS, { data: { cluster2: null } }),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the peers' Secret is deleted": {
    change: (cluster) => remove(cluster, PEERS),
    steps: ["create peers", ...written("etcd-server")],
    plain: REAPPLIED,
  },
  "the peers' Secret has lost its owner": {
    change: annotation(PEERS, "owner", null),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the peers' Secret has lost the list of its keys": {
    change: annotation(PEERS, "keys", null),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the list of its keys in the peers' Secret is edited": {
    change: annotation(PEERS, "keys", "cluster1"),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the peers' Secret has lost what it was issued as": {
    change: annotation(PEERS, "generation", null),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the Secret with the etcd's certificate is edited": {
    change: (cluster) => patch(cluster, SERVER, { data: { "ca.crt": "" } }),
    steps: REAPPLIED,
    plain: REAPPLIED,
  },
  "the Secret with the etcd's certificate is deleted": {
    change: (cluster) => remove(cluster, SERVER),
    steps: ["create etcd-server", ...written("peers")],
    plain: REAPPLIED,
  },
  "helm upgrade has written name and id back": { change: helmUpgrade, ...SET_AGAIN },
  "the id is changed back by hand": { change: byHand({ "cluster-id": "0" }), ...SET_AGAIN },
  "the id is changed to another": { change: byHand({ "cluster-id": "7" }), ...SET_AGAIN },
  "the name is changed to another": { change: byHand({ "cluster-name": "ocean" }), ...SET_AGAIN },
  "name and id are changed to others": {
    change: byHand({ "cluster-name": "ocean", "cluster-id": "7" }),
    ...SET_AGAIN,
  },
  "the id is that of another cluster": { change: byHand({ "cluster-id": "102" }), ...SET_AGAIN },
  "name and id are taken away": { change: byHand({ "cluster-name": null, "cluster-id": null }), ...SET_AGAIN },
  "the mark is taken away": { change: annotation(CONFIG, "originals", null), ...SET_AGAIN },
  "the mark is edited": { change: annotation(CONFIG, "originals", "{}"), ...SET_AGAIN },
  "the id is changed and the mark is taken away": {
    change: async (cluster) => {
      await byHand({ "cluster-id": "7" })(cluster);
      await annotation(CONFIG, "originals", null)(cluster);
    },
    ...SET_AGAIN,
  },
  "the agents have lost the annotation that rolled them": {
    change: (cluster) => patch(cluster, DAEMON_SET, WITHOUT_ANNOTATION),
    ...SET_AGAIN,
  },
  "an interrupted destroy has begun to roll the agents": {
    change: (cluster) => patch(cluster, DAEMON_SET, LEAVING, "--field-manager=cilium-clustermesh"),
    ...SET_AGAIN,
  },
  "the operator has lost it": { change: (cluster) => patch(cluster, OPERATOR, WITHOUT_ANNOTATION), ...SET_AGAIN },
} as const satisfies Readonly<Record<string, Drift>>;

/** A drift by its name. */
export type DriftName = keyof typeof DRIFTS;

/** Steps of all drifts of a cluster, as a run names them. What a refresh has found gone is created, whatever else was to be done about it. */
function stepsOf(cluster: LabCluster, steps: readonly string[]): readonly string[] {
  const replaced = steps.filter((step) => step.startsWith("create ")).flatMap((step) => written(step.slice(7)));
  return [...new Set(steps)]
    .filter((step) => !replaced.includes(step))
    .map((step) => step.replace(" ", ` clustermesh-${cluster.name}-`));
}

/** No two lines of a run contradict each other: what `up` is said to do, nothing else refuses. */
function assertNotRefused({ text }: Run): void {
  assert.doesNotMatch(text, /cannot become|not renamed|belongs to field manager|exists and was made by/);
}

/** How drifts are mended: by a plain `up`, or by one that refreshes. */
export type Way = "plain" | "refresh";

/** The drifts come, a preview shows just their steps, `up` takes them, and then nothing is left to do. */
export async function assertRestored(
  mesh: Mesh,
  drifts: readonly (readonly [LabCluster, readonly Drift[]])[],
  way: Way,
): Promise<void> {
  const { stack } = mesh;
  const originals = await originalsOf(mesh);
  for (const [cluster, all] of drifts) {
    for (const { change } of all) await change(cluster);
  }
  const flags = way === "refresh" ? ["--refresh"] : [];
  const shown = succeeded(await stack.preview(...flags));
  assertNotRefused(shown);
  const expected = drifts.flatMap(([cluster, all]) =>
    stepsOf(
      cluster,
      all.flatMap((drift) => (way === "refresh" ? drift.steps : drift.plain)),
    ),
  );
  assert.deepEqual(wanted(shown), expected.toSorted());
  assertNotRefused(succeeded(await stack.up(...flags)));
  assert.deepEqual(await meshedViews(mesh), mesh.meshed);
  succeeded(await stack.up("--expect-no-changes"));
  assert.deepEqual(await originalsOf(mesh), originals);
}

/** After a `helm upgrade` the preview says that name and id were changed, and a plain `up` sets them again. */
export async function assertSetAgain({ stack, first, ...mesh }: Mesh): Promise<void> {
  const owners = await fieldOwners(first, CONFIG);
  await helmUpgrade(first);
  const shown = succeeded(await stack.preview());
  assert.deepEqual(wanted(shown), ["update clustermesh-cluster1-rollout"]);
  assert.match(shown.text, /cluster "cluster1": no agent rolls: there are no agents/);
  assert.match(shown.text, /cilium-config cluster-name "default" was changed since it was set to "cluster1"/);
  succeeded(await stack.up());
  assert.deepEqual(await meshedViews(mesh), mesh.meshed);
  assert.deepEqual(await fieldOwners(first, CONFIG), owners);
  succeeded(await stack.up("--expect-no-changes"));
}
