import { readArgs, runProgram } from "../lab";
import { stages } from "./runner/levels";
import { runLevels } from "./runner/runLevels";

const USAGE = `Usage: npm test                what a change needs
       npm run test:all        the long loops too (tsx test/run.ts --all)`;

async function main(args: readonly string[]): Promise<boolean> {
  const { values: flags } = readArgs({ args: [...args], options: { all: { type: "boolean", default: false } } });
  return !(await runLevels(stages(flags.all ? "all" : "change")));
}

void runProgram({ name: "test", usage: USAGE }, process.argv.slice(2), main, (error) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error),
);
