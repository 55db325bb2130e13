import { MissingPrerequisite, type Lab, up, type UpArgs } from "../../lab";
import { describePlugins } from "../plugins/install";
import { makeWorkstation, type Workstation } from "../support/pulumi";
import { table } from "../support/table";
import { meshControlPlanes } from "./controlPlanes";
import { narrator, type Narrator } from "./narrator";
import { walkThrough } from "./walkthrough";

/** How the demo runs. */
export interface DemoArgs {
  /** Leaves everything running at the end and says how to look around. */
  readonly keep: boolean;
  /** Hears all that is told. */
  readonly write: (text: string) => void;
}

const LAB = "demo";
const NODES = [2, 1] as const;

/** A lab of the demo and what is done with it. */
interface Stage {
  readonly lab: Lab;
  readonly play: (tell: Narrator, lab: Lab, workstation: Workstation, keep: boolean) => Promise<void>;
}

/** Clusters with nodes where this machine can have them; else it says why not, and goes on with control planes alone. */
async function setStage(tell: Narrator): Promise<Stage> {
  const start = (title: string, args: UpArgs): Promise<Lab> =>
    tell.step(title, () => up({ name: LAB, log: tell.quote, ...args }));
  try {
    const lab = await start("two clusters with three nodes, Cilium by its own Helm chart", { nodes: NODES });
    return { lab, play: walkThrough };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error;
    tell.say("This machine cannot run nodes, so no agent and no traffic will be seen:");
    tell.quote(error.missing.join("\n"));
    const lab = await start("two control planes: etcd, kube-apiserver and controllers, Cilium's objects", {
      clusters: 2,
    });
    return { lab, play: meshControlPlanes };
  }
}

/** Two clusters, one mesh: up, looked at, proven, taken down, and everything as before. */
export async function demo({ keep, write }: DemoArgs): Promise<void> {
  const tell = narrator(write);
  const { lab, play } = await setStage(tell);
  const workstation = await makeWorkstation({ pulumi: lab.bin.pulumi, bin: lab.bin.dir, kubeconfig: lab.kubeconfig });
  tell.say(describePlugins(workstation.plugins));
  try {
    await play(tell, lab, workstation, keep);
  } finally {
    if (keep) {
      sayHowToLook(tell, lab, workstation);
    } else {
      await tell.step("the lab is taken down", () => lab.down());
      await workstation.remove();
    }
  }
  tell.say(`\n${table(tell.times())}`);
}

function sayHowToLook(tell: Narrator, lab: Lab, workstation: Workstation): void {
  const agents = ["kubectl --context cluster1 -n kube-system exec ds/cilium -c cilium-agent --", "cilium-dbg"].join(
    " ",
  );
  const stack = Object.entries(workstation.environment).map(([name, value]) => `export ${name}=${value}`);
  tell.say("\nEverything goes on running. Look around with");
  tell.quote(
    [
      `export KUBECONFIG=${lab.kubeconfig}`,
      `export PATH=${lab.bin.dir}:$PATH`,
      "kubectl --context cluster1 get pods -A -o wide        # contexts: " +
        lab.clusters.map(({ name }) => name).join(", "),
      "kubectl --context cluster1 -n kube-system get secret cilium-clustermesh -o yaml",
      ...(lab.clusters.some(({ nodes }) => nodes.length > 0)
        ? [`${agents} status --verbose`, `${agents} node list`, `${agents} monitor --type drop`]
        : []),
      ...stack,
      `cd ${workstation.checkout.dir} && pulumi stack output --stack local`,
      `npm run lab -- status --name ${LAB}`,
      `npm run lab -- down --name ${LAB}                # end it`,
    ].join("\n"),
  );
}
