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
 * Clusters as plain Helm installs: the first has two nodes. Those with clustermesh-apiserver have the name and id of the lab already.
 *
 * @param name The lab's; one that is there is taken down first.
 */
export async function modesLab(modes: readonly CiliumMode[], name = MESHES_LAB): Promise<ModesLab> {
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  await down({ name, log });
  const lab = await timed(`lab of ${modes.join(" and ")} up`, () => up({ name, ...plainInstalls(modes), log }));
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log,
  });
  const end = async () => {
    await workstation.remove();
    await down({ name });
  };
  return { lab, workstation, end };
}
