import { MAX_CLUSTERS, MAX_NODES } from "./clusterPlan";
import { down } from "./down";
import { readArgs, runProgram, UsageError, wholeNumber, wholeNumbers } from "./host/commandLine";
import { messageOf } from "./host/run";
import { labFolder } from "./labState";
import { statusReport } from "./statusReport";
import { readIdentities, readIpFamilies, readKubeProxyReplacement, readModes, readRouting } from "./setupFlags";
import { up } from "./up";
import type { UpArgs } from "./upArgs";

const USAGE = `Usage: npm run lab -- up [--clusters N] [--name NAME]    start control planes, or complete a lab that runs
       npm run lab -- up --nodes 2,1 [--name NAME]       clusters with so many nodes each, and Cilium on them; as root
         with --mode kvstore | apiserver | kvstoremesh  where identities are and how peers read them; one for all, or A,B
         with --identity west:1,default:0               name and id with which Cilium is installed in each cluster
         with --routing tunnel | native                 how packets get from node to node; tunnel is VXLAN
         with --kube-proxy-replacement true | false     whether Cilium serves Services to nodes too
         with --ip-families ipv4 | dual-stack | ipv6    of pods, Services and nodes
       npm run lab -- status [--name NAME]               what runs of all labs, or of one: where, and how much memory it takes
       npm run lab -- down [--name NAME]                 end everything and remove the lab's folder`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function printStatus(name: string | undefined): Promise<boolean> {
  const { lines, isComplete } = await statusReport(name);
  lines.forEach(say);
  return isComplete;
}

const SHAPE = {
  clusters: { type: "string" },
  nodes: { type: "string" },
  mode: { type: "string" },
  identity: { type: "string" },
  routing: { type: "string" },
  "kube-proxy-replacement": { type: "string" },
  "ip-families": { type: "string" },
} as const;

type Flags = Readonly<Partial<Record<keyof typeof SHAPE, string>>>;

function shape({ clusters, nodes, mode, identity, routing, ...flags }: Flags): UpArgs {
  const [replacement, ipFamilies] = [flags["kube-proxy-replacement"], flags["ip-families"]];
  return {
    ...(clusters === undefined ? {} : { clusters: wholeNumber("clusters", clusters, 1, MAX_CLUSTERS) }),
    ...(nodes === undefined ? {} : { nodes: wholeNumbers("nodes", nodes, 1, MAX_NODES) }),
    ...(mode === undefined ? {} : { modes: readModes(mode) }),
    ...(identity === undefined ? {} : { identities: readIdentities(identity) }),
    ...(routing === undefined ? {} : { routing: readRouting(routing) }),
    ...(replacement === undefined ? {} : { kubeProxyReplacement: readKubeProxyReplacement(replacement) }),
    ...(ipFamilies === undefined ? {} : { ipFamilies: readIpFamilies(ipFamilies) }),
  };
}

/** The lab's name, which becomes part of paths. */
function checkedName(name: string): string {
  try {
    labFolder(name);
    return name;
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/** Returns whether all went well. */
async function main(args: readonly string[]): Promise<boolean> {
  const { values, positionals } = readArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...SHAPE, name: { type: "string" } },
  });
  const name = checkedName(values.name ?? "default");
  const [command = "", ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`"${rest.join(" ")}" is too much`);
  switch (command) {
    case "up": {
      const begin = Date.now();
      const lab = await up({ name, ...shape(values), log: say });
      say(`lab "${name}": ${lab.clusters.length} clusters ready in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
      say(`export KUBECONFIG=${lab.kubeconfig} PATH=${lab.bin.dir}:$PATH`);
      return true;
    }
    case "status":
      return printStatus(values.name);
    case "down":
      await down({ name, log: say });
      return true;
    default:
      throw new UsageError(command === "" ? "no command" : `"${command}" is no command`);
  }
}

void runProgram({ name: "lab", usage: USAGE }, process.argv.slice(2), main);
