import { down, type Lab, MissingPrerequisite, status, up, type UpArgs } from "../../lab";
import { describePlugins } from "../plugins/pluginReport";
import { makeWorkstation, type Workstation } from "../support/stacks/pulumi";
import { table } from "../support/table";
import { meshControlPlanes } from "./controlPlanes";
import { watchMemory } from "./memory";
import { narrator, type Narrator } from "./narrator";
import { record } from "./record";
import { walkThrough } from "./walkthrough";

/** How the demo runs. */
export interface DemoArgs {
  /** Leaves everything running at the end and says how to look around. */
  readonly keep: boolean;
  /** Hears all that is told. */
  readonly write: (text: string) => void;
  /** Keeps times and figures in `docs/bench/`. */
  readonly record: boolean;
}

/** The lab that the demo runs on. */
export const DEMO_LAB = "demo";
const NODES = [2, 1] as const;

/** A lab of the demo and what is done with it. */
interface Stage {
  readonly name: string;
  readonly lab: Lab;
  readonly play: (tell: Narrator, lab: Lab, workstation: Workstation, keep: boolean) => Promise<void>;
}

/** Clusters with nodes where this machine can have them; else it says why not, and goes on with control planes alone. */
async function setStage(tell: Narrator): Promise<Stage> {
  // What an earlier run has left is in a mesh already.
  if ((await status(DEMO_LAB)) !== undefined) {
    await tell.step("the lab of an earlier demo is taken down", () => down({ name: DEMO_LAB, log: tell.quote }));
  }
  const start = (title: string, args: UpArgs): Promise<Lab> =>
    tell.step(title, () => up({ name: DEMO_LAB, log: tell.quote, ...args }));
  try {
    const lab = await start("two clusters with three nodes, Cilium by its own Helm chart", { nodes: NODES });
    return { name: "two clusters with three nodes, real Cilium", lab, play: walkThrough };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error;
    tell.say("This machine cannot run nodes, so no agent and no traffic will be seen:");
    tell.quote(error.missing.join("\n"));
    const lab = await start("two control planes: etcd, kube-apiserver and controllers, Cilium's objects", {
      clusters: 2,
    });
    return { name: "two control planes alone", lab, play: meshControlPlanes };
  }
}

/** Two clusters, one mesh: up, looked at, proven, taken down, and everything as before. */
export async function demo({ keep, write, record: kept }: DemoArgs): Promise<void> {
  const tell = narrator(write);
  const memory = watchMemory();
  const { name: stage, lab, play } = await setStage(tell);
  const workstation = await makeWorkstation({
    pulumi: lab.bin.pulumi,
    bin: lab.bin.dir,
    kubeconfig: lab.kubeconfig,
    log: tell.quote,
  });
  const plugins = describePlugins(workstation.plugins);
  tell.say(plugins);
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
  const peakMemoryMiB = memory.peakMiB();
  tell.say(`\n${table(tell.times())}\n`);
  tell.figures().forEach(tell.say);
  tell.say(`memory taken at the peak, by everything: ${peakMemoryMiB} MiB`);
  if (kept) {
    const result = { stage, plugins, times: tell.times(), traffic: tell.figures(), peakMemoryMiB };
    tell.say(`kept in ${record(result)}`);
  }
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
      `npm run lab -- status --name ${DEMO_LAB}`,
      `npm run lab -- down --name ${DEMO_LAB}                # end it`,
    ].join("\n"),
  );
}
