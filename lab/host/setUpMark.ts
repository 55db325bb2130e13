import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { ProcessIdentity } from "./processIdentity";

/*
 * A process whose surroundings are set up in many steps gets a mark after the last. One without, left by a run that was interrupted, is
 * ended and started again: half of the steps cannot be told from all of them, and few can be repeated.
 */
const markOf = ({ pid, startTicks, bootId }: ProcessIdentity): string => JSON.stringify([pid, startTicks, bootId]);

/** Whether everything was set up for this very process. */
export const isSetUp = (identity: ProcessIdentity, file: string): boolean =>
  existsSync(file) && readFileSync(file, "utf8") === markOf(identity);

/** Says that everything is. */
export const markSetUp = (identity: ProcessIdentity, file: string): void => {
  writeFileSync(file, markOf(identity), { mode: 0o600 });
};
