import { down, up, type CiliumMode, type Lab } from "../../../lab";
import { plainInstalls } from "../../support/cilium/plainInstalls";
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
  const installs = { ...plainInstalls(modes), ...(installed === "unmeshed" ? { identities: [] } : {}) };
  const lab = await timed(`lab of ${modes.join(" and ")} up`, () => up({ name: MESHES_LAB, ...installs, log }));
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
