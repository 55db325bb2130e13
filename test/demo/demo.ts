import {
  type CiliumMode,
  down,
  type Lab,
  type LabCluster,
  MissingPrerequisite,
  status,
  up,
  type UpArgs,
} from "../../lab";
import { KVSTOREMESH_PROGRAM } from "../../components/cilium/model/readers";
import { describePlugins } from "../plugins/pluginReport";
import { plainInstalls } from "../support/cilium/plainInstalls";
import { makeWorkstation, type Workstation } from "../support/stacks/pulumi";
import { table } from "../support/table";
import { meshControlPlanes } from "./controlPlanes";
import { watchMemory } from "./memory";
import { narrator, type Narrator } from "./narrator";
import type { Options } from "./options";
import { record } from "./record";
import { walkThrough } from "./walkthrough";

/** How the demo runs. */
export interface DemoArgs extends Options {
  /** Hears all that is told. */
  readonly write: (text: string) => void;
}

/** The lab that the demo runs on. */
export const DEMO_LAB = "demo";

/** Modes in a few words, such as `mode kvstoremesh`. */
const describeModes = (modes: readonly CiliumMode[]): string => {
  const different = [...new Set(modes)];
  return different.length === 1 ? `mode ${different.join()}` : `modes ${modes.join(" and ")}`;
};

/** A lab of the demo and what is done with it. */
interface Stage {
  readonly name: string;
  readonly lab: Lab;
  readonly play: (tell: Narrator, lab: Lab, workstation: Workstation, keep: boolean) => Promise<void>;
}

/** Clusters with nodes where this machine can have them; else it says why not, and goes on with control planes alone. */
async function setStage(tell: Narrator, modes: readonly CiliumMode[]): Promise<Stage> {
  // What an earlier run has left is in a mesh already.
  if ((await status(DEMO_LAB)) !== undefined) {
    await tell.step("the lab of an earlier demo is taken down", () => down({ name: DEMO_LAB, log: tell.quote }));
  }
  const start = (title: string, args: UpArgs): Promise<Lab> =>
    tell.step(title, () => up({ name: DEMO_LAB, log: tell.quote, ...args }));
  try {
    const title = `two clusters with three nodes, Cilium by its own Helm chart, ${describeModes(modes)}`;
    const lab = await start(title, plainInstalls(modes));
    return { name: `two clusters with three nodes, real Cilium, ${describeModes(modes)}`, lab, play: walkThrough };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite)) throw error;
    tell.say("This machine cannot run nodes, so no agent and no traffic will be seen:");
    tell.quote(error.missing.join("\n"));
    const title = "two control planes: etcd, kube-apiserver and controllers, Cilium's objects, mode kvstore";
    const lab = await start(title, { clusters: 2 });
    return { name: "two control planes alone, mode kvstore", lab, play: meshControlPlanes };
  }
}

/** Two clusters, one mesh: up, looked at, proven, taken down, and everything as before. */
export async function demo({ modes, keep, write, record: kept }: DemoArgs): Promise<void> {
  const tell = narrator(write);
  const memory = watchMemory();
  const { name: stage, lab, play } = await setStage(tell, modes);
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

/** Commands that look into a cluster with nodes. */
function commandsInside({ name, mode }: LabCluster): readonly string[] {
  const exec = `kubectl --context ${name} -n kube-system exec`;
  const agent = `${exec} ds/cilium -c cilium-agent -- cilium-dbg`;
  const cache = `${exec} deploy/clustermesh-apiserver -c kvstoremesh -- ${KVSTOREMESH_PROGRAM.join(" ")} status --verbose`;
  return [
    `${agent} status --verbose`,
    `${agent} node list`,
    `${agent} monitor --type drop`,
    ...(mode === "kvstoremesh" ? [cache] : []),
  ];
}

function sayHowToLook(tell: Narrator, lab: Lab, workstation: Workstation): void {
  const stack = Object.entries(workstation.environment).map(([name, value]) => `export ${name}=${value}`);
  tell.say("\nEverything goes on running. Look around with");
  tell.quote(
    [
      `export KUBECONFIG=${lab.kubeconfig}`,
      `export PATH=${lab.bin.dir}:$PATH`,
      "kubectl --context cluster1 get pods -A -o wide        # contexts: " +
        lab.clusters.map(({ name }) => name).join(", "),
      "kubectl --context cluster1 -n kube-system get secret cilium-clustermesh -o yaml",
      ...lab.clusters.slice(0, 1).flatMap((first) => (first.nodes.length > 0 ? commandsInside(first) : [])),
      ...stack,
      `cd ${workstation.checkout.dir} && pulumi stack output --stack local`,
      `npm run lab -- status --name ${DEMO_LAB}`,
      `npm run lab -- down --name ${DEMO_LAB}                # end it`,
    ].join("\n"),
  );
}
