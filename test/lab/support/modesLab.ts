import { down, up, type CiliumMode, type Lab, type UpArgs } from "../../../lab";
import { plainInstalls } from "../../support/cilium/plainInstalls";
import { makeWorkstation, type Workstation } from "../../support/stacks/pulumi";
import { MESHES_LAB } from "./nodeLab";
import { labRouting } from "./routing";
import { say, timed } from "./say";

/** A lab of clusters in some modes, and a workstation for its stacks. */
export interface ModesLab {
  readonly lab: Lab;
  readonly workstation: Workstation;
  readonly end: () => Promise<void>;
}

/** What may be asked of a lab of modes. */
export interface ModesLabArgs extends Pick<UpArgs, "routing" | "kubeProxyReplacement" | "ipFamilies"> {
  /**
   * Which name and id clusters with clustermesh-apiserver have: the lab's already, or none, as those in kvstore mode.
   * @default "named"
   */
  readonly installed?: "named" | "unmeshed";
  /** The lab's name; one that is there is taken down first. @default that of labs of meshes */
  readonly name?: string;
  /** How many nodes each cluster has. @default two the first one, the others one */
  readonly nodes?: readonly number[];
}

/**
 * Clusters as plain Helm installs: the first has two nodes, where nothing else is asked for. Their routing is the level's, unless another one is asked
 * for.
 */
export async function modesLab(
  modes: readonly CiliumMode[],
  { installed = "named", name = MESHES_LAB, nodes, routing = labRouting(), ...network }: ModesLabArgs = {},
): Promise<ModesLab> {
  const log = (line: string) => {
    say(`lab: ${line}`);
  };
  await down({ name, log });
  const installs = {
    ...plainInstalls(modes),
    ...(installed === "unmeshed" ? { identities: [] } : {}),
    ...(nodes === undefined ? {} : { nodes }),
  };
  const lab = await timed(`lab of ${modes.join(" and ")} up`, () =>
    up({ name, ...installs, routing, ...network, log }),
  );
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
