import Mocha from "mocha";
import { writeFileSync } from "node:fs";
import { TALLY_FILE, type Tally } from "./tally";

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
