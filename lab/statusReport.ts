import { messageOf } from "./host/run";
import { labNames } from "./labState";
import { status, statusTable } from "./status";

/** What `lab status` prints. */
export interface StatusReport {
  readonly lines: readonly string[];
  /** Whether there is what was asked for, and all of it could be read. */
  readonly isComplete: boolean;
}

const UP = "npm run lab -- up";

async function ofOne(name: string): Promise<StatusReport> {
  const found = await status(name);
  if (found !== undefined) return { lines: statusTable(found), isComplete: true };
  const start = name === "default" ? UP : `${UP} --name ${name}`;
  return { lines: [`lab "${name}": there is none; start it with "${start}"`], isComplete: false };
}

/** One that cannot be read does not hide the others. */
const ofEach = (name: string): Promise<StatusReport> =>
  ofOne(name).catch((error: unknown) => ({ lines: [`lab "${name}": ${messageOf(error)}`], isComplete: false }));

/** The lab of a name; without one, every lab there is, running or not. */
export async function statusReport(name?: string): Promise<StatusReport> {
  if (name !== undefined) return ofOne(name);
  const reports = await Promise.all(labNames().map(ofEach));
  if (reports.length === 0) return { lines: [`there is no lab; start one with "${UP}"`], isComplete: false };
  return {
    lines: reports.flatMap(({ lines }, index) => (index === 0 ? lines : ["", ...lines])),
    isComplete: reports.every(({ isComplete }) => isComplete),
  };
}
