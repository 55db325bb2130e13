import { down, up, type Lab, type LabCluster } from "../../../../lab";
import { snapshots } from "../../../support/kubernetes/snapshot";
import { meshConfig } from "../../../support/stacks/meshConfig";
import type { PulumiStack } from "../../../support/stacks/pulumi";
import { engine, kubeconfigOf } from "../engine";
import { APISERVER_LAB, isKept } from "../labs";

/** Cilium in each cluster of the lab, installed with the name and id that it has in a mesh; with an etcd of its own it gets them there. */
const SETUPS = [
  { mode: "kvstoremesh", identity: { name: "cluster1", id: 101 } },
  { mode: "apiserver", identity: { name: "cluster2", id: 102 } },
  { mode: "kvstore", identity: undefined },
] as const;

let told = false;

function log(line: string): void {
  process.stdout.write(`    ${APISERVER_LAB}: ${line}\n`);
}

/** The first two addresses, or ranges, of some width in a range. */
const firstTwo = (ranges: readonly string[], place: RegExp, first: number, end: string): readonly string[] =>
  [0, 1].map((more) => (ranges[0] ?? "").replace(place, `.${String(first + more)}${end}`));

/** Nodes that a cluster would have: they tell how its clustermesh-apiserver is reached, and out of which ranges its pods get addresses. */
export const nodesOf = ({ nodeCIDRs, podCIDRs }: Pick<LabCluster, "nodeCIDRs" | "podCIDRs">) => {
  const ranges = firstTwo(podCIDRs, /\.0\.0\/16$/, 1, ".0/24");
  return firstTwo(nodeCIDRs, /\.0\/24$/, 11, "").map((ip, index) => ({ ip, podCIDR: ranges[index] ?? "" }));
};

async function addNodes(cluster: LabCluster): Promise<void> {
  const items = nodesOf(cluster).map(({ ip, podCIDR }, index) => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNode",
    metadata: { name: `node${String(index + 1)}` },
    spec: { addresses: [{ type: "InternalIP", ip }], ipam: { podCIDRs: [podCIDR] } },
  }));
  await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
}

async function start(count: number): Promise<Lab> {
  const setups = SETUPS.slice(0, count);
  // A run that was killed leaves clusters in a state that nothing describes.
  if (!told && !isKept()) await down({ name: APISERVER_LAB, log });
  const lab = await up({
    name: APISERVER_LAB,
    clusters: count,
    modes: setups.map(({ mode }) => mode),
    identities: setups.map(({ identity }) => identity),
    log: told ? () => undefined : log,
  });
  told = true;
  await Promise.all(lab.clusters.map(addNodes));
  return lab;
}

/** A stack over clusters of the lab, none of which is meshed. */
export interface ApiserverMesh {
  readonly stack: PulumiStack;
  readonly clusters: readonly LabCluster[];
  readonly untouched: readonly Readonly<Record<string, object>>[];
  /** Of the lab, with a context for each cluster. */
  readonly kubeconfig: string;
}

/**
 * A stack over the first clusters of the lab, which is made larger where it has too few: the first with KVStoreMesh, the second without it, the
 * third with an etcd of its own.
 */
export async function apiserverMesh(
  name: string,
  count: 2 | 3 = 2,
  extra: Readonly<Record<string, unknown>> = {},
  variables: NodeJS.ProcessEnv = {},
): Promise<ApiserverMesh> {
  const lab = await start(count);
  const { clusters } = lab;
  const kubeconfig = await kubeconfigOf(lab);
  const untouched = await snapshots(clusters);
  const stack = (await engine()).workstation.stack(name, undefined, { KUBECONFIG: kubeconfig, ...variables });
  await stack.init(meshConfig(clusters, extra));
  return { stack, clusters, untouched, kubeconfig };
}
