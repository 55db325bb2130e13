import { parseArgs } from "node:util";
import { interruption } from "./runner/interruption";
import { stages } from "./runner/levels";
import { runLevels } from "./runner/runLevels";

const { values: flags } = parseArgs({ options: { all: { type: "boolean", default: false } } });
const { stop, end } = interruption();

runLevels(stages(flags.all ? "all" : "change"), { stop }).then(
  (failed) => end(failed ? 1 : 0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return end(1);
  },
);
