import { parseArgs } from "node:util";
import { down } from "./down";
import { status, statusTable } from "./status";
import { up } from "./up";

const USAGE = `Usage: npm run lab -- up [--clusters N] [--name NAME]    start a lab, or complete one that runs
       npm run lab -- status [--name NAME]               what runs, where, and how much memory it takes
       npm run lab -- down [--name NAME]                 end everything and remove the lab's folder`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function printStatus(name: string): Promise<boolean> {
  const found = await status(name);
  if (found === undefined) say(`lab "${name}": there is none; start it with "lab up"`);
  else statusTable(found).forEach(say);
  return found !== undefined;
}

/** Returns whether all went well. */
async function main(args: readonly string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { clusters: { type: "string", default: "2" }, name: { type: "string", default: "default" } },
  });
  const { name } = values;
  const [command = "", ...rest] = positionals;
  if (rest.length > 0) throw new Error(`"${rest.join(" ")}" is too much\n${USAGE}`);
  switch (command) {
    case "up": {
      const begin = Date.now();
      const lab = await up({ name, clusters: Number(values.clusters), log: say });
      say(`lab "${name}": ${lab.clusters.length} clusters ready in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
      say(`export KUBECONFIG=${lab.kubeconfig} PATH=${lab.bin.dir}:$PATH`);
      return true;
    }
    case "status":
      return printStatus(name);
    case "down":
      await down({ name, log: say });
      return true;
    default:
      throw new Error(`${command === "" ? "no command" : `"${command}" is no command`}\n${USAGE}`);
  }
}

main(process.argv.slice(2)).then(
  (well) => {
    process.exitCode = well ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
