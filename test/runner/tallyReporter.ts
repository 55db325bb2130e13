import Mocha from "mocha";
import { writeFileSync } from "node:fs";
import type { Tally } from "./tally";

/** Environment variable with the file that the counts go to. */
export const TALLY_FILE = "CLUSTERMESH_TALLY_FILE";

/** Mocha's own output, and its counts in a file for the runner. A failed hook counts as a failure. */
class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env[TALLY_FILE];
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const tally: Tally = { passed: passes, failed: failures, skipped: pending };
      if (file !== undefined) {
        writeFileSync(file, JSON.stringify(tally));
      }
    });
  }
}

export = TallyReporter;
