import { readArgs, runProgram } from "../lab";
import { interruption } from "./runner/interruption";
import { stages } from "./runner/levels";
import { runLevels } from "./runner/runLevels";

const USAGE = `Usage: npm test                what a change needs
       npm run test:all        the long loops too (tsx test/run.ts --all)`;

const explain = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function main(args: readonly string[]): Promise<boolean> {
  const { values: flags } = readArgs({ args: [...args], options: { all: { type: "boolean", default: false } } });
  const { stop, end } = interruption();
  try {
    const failed = await runLevels(stages(flags.all ? "all" : "change"), { stop });
    await end(failed ? 1 : 0);
    return !failed;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    await end(1);
    return false;
  }
}

void runProgram({ name: "test", usage: USAGE }, process.argv.slice(2), main, explain);
