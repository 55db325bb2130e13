import { parseArgs } from "node:util";
import { stages } from "./runner/levels";
import { runLevels } from "./runner/runLevels";

const { values: flags } = parseArgs({ options: { all: { type: "boolean", default: false } } });

runLevels(stages(flags.all ? "all" : "change")).then(
  (failed) => {
    process.exitCode = failed ? 1 : 0;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
