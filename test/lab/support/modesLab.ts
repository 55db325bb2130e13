import { down, up, type CiliumMode, type Lab } from "../../../lab";
import { makeWorkstation, type Workstation } from "../../support/stacks/pulumi";
import { MODES_LAB } from "./nodeLab";
import { say, timed } from "./say";

/** A lab of clusters in some modes, and a workstation for its stacks. */
export interface ModesLab {
  readonly lab: Lab;
  readonly workstation: Workstation;
  readonly end: () => Promise<void>;
}

/** Clusters as plain Helm installs: the first has two nodes. Those with clustermesh-apiserver have the name and id of the lab already. */
export async function modesLab(modes: readonly CiliumMode[]): Promise<ModesLab> {
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  await down({ name: MODES_LAB, log });
  const nodes = modes.map((_, index) => (index === 0 ? 2 : 1));
  const identities = modes.map((mode, index) =>
    mode === "kvstore" ? undefined : { name: `cluster${index + 1}`, id: 101 + index },
  );
  const lab = await timed(`lab of ${modes.join(" and ")} up`, () =>
    up({ name: MODES_LAB, nodes, modes, identities, log }),
  );
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log,
  });
  const end = async () => {
    await workstation.remove();
    await down({ name: MODES_LAB });
  };
  return { lab, workstation, end };
}
