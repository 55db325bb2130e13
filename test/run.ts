import { runLevels } from "./runner/runLevels";
import { LEVELS } from "./runner/levels";

runLevels(LEVELS).then(
  (failed) => {
    process.exitCode = failed ? 1 : 0;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
