import { down } from "../../../lab";

const PREFIX = process.env["ENGINE_LAB"] ?? "engine";
const MOST_WORKERS = 8;

const labOf = (worker: string): string => `${PREFIX}-${worker}`;

/** The lab of this process. Workers of a parallel run have labs of their own; labs of different names do not meet. */
export const ENGINE_LAB = labOf(process.env["MOCHA_WORKER_ID"] ?? "0");

/** Whether labs go on running after the tests, for a look or for the next run. */
export const isKept = (): boolean => process.env["KEEP_LAB"] !== undefined;

/** Ends the lab of this process, unless it is kept; the next file starts a new one. */
export async function endLab(): Promise<void> {
  if (!isKept()) await down({ name: ENGINE_LAB });
}

/** Ends the labs of all workers, unless they are kept. */
export async function endLabs(): Promise<void> {
  if (isKept()) return;
  const workers = Array.from({ length: MOST_WORKERS }, (_, id) => labOf(String(id)));
  await Promise.all(workers.map((name) => down({ name })));
}
