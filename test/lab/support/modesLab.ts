import { down, up, type CiliumMode, type Lab } from "../../../lab";
import { makeWorkstation, type Workstation } from "../../support/stacks/pulumi";
import { MESHES_LAB } from "./nodeLab";
import { say, timed } from "./say";

/** A lab of clusters in some modes, and a workstation for its stacks. */
export interface ModesLab {
  readonly lab: Lab;
  readonly workstation: Workstation;
  readonly end: () => Promise<void>;
}

/**
 * Has every node know a router to the pods of other clusters with KVStoreMesh: that dials from a pod, and with native routing nobody else knows the
 * way back before there is a mesh. The router is the control plane's network, which knows the way to all pods.
 */
async function routeToCaches({ clusters }: Lab): Promise<void> {
  for (const cluster of clusters) {
    const router = new URL(cluster.ciliumEtcd.endpoint).hostname;
    const cached = clusters.filter((other) => other !== cluster && other.mode === "kvstoremesh");
    for (const range of cached.flatMap(({ podCIDRs }) => podCIDRs)) {
      const route = ["ip", "route", "replace", range, "via", router, "metric", "1000"];
      for (const node of cluster.nodes) await node.run(route);
    }
  }
}

/**
 * Clusters as plain Helm installs: the first has two nodes.
 *
 * @param installed Which name and id those with clustermesh-apiserver have: the lab's already, or none, as those in kvstore mode.
 */
export async function modesLab(
  modes: readonly CiliumMode[],
  installed: "named" | "unmeshed" = "named",
): Promise<ModesLab> {
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  await down({ name: MESHES_LAB, log });
  const nodes = modes.map((_, index) => (index === 0 ? 2 : 1));
  const identities = modes.map((mode, index) =>
    mode === "kvstore" || installed === "unmeshed" ? undefined : { name: `cluster${index + 1}`, id: 101 + index },
  );
  const lab = await timed(`lab of ${modes.join(" and ")} up`, () =>
    up({ name: MESHES_LAB, nodes, modes, identities, log }),
  );
  await routeToCaches(lab);
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log,
  });
  const end = async () => {
    await workstation.remove();
    await down({ name: MESHES_LAB });
  };
  return { lab, workstation, end };
}
