import { down } from "../../../lab";

const PREFIX = process.env["ENGINE_LAB"] ?? "engine";
const MOST_WORKERS = 8;

const labOf = (worker: string): string => `${PREFIX}-${worker}`;

/** The lab of this process. Workers of a parallel run have labs of their own; labs of different names do not meet. */
export const ENGINE_LAB = labOf(process.env["MOCHA_WORKER_ID"] ?? "0");

/** The lab of this process with clusters that publish through clustermesh-apiserver; of few files, and so started by those alone. */
const besideOf = (lab: string): string => `${lab}-apiserver`;
export const APISERVER_LAB = besideOf(ENGINE_LAB);

/** Whether labs go on running after the tests, for a look or for the next run. */
export const isKept = (): boolean => process.env["KEEP_LAB"] !== undefined;

/** Ends the labs of this process, unless they are kept; the next file starts new ones. */
export async function endLab(): Promise<void> {
  if (!isKept()) await Promise.all([ENGINE_LAB, APISERVER_LAB].map((name) => down({ name })));
}

/** Ends the labs of all workers, unless they are kept. */
export async function endLabs(): Promise<void> {
  if (isKept()) return;
  const workers = Array.from({ length: MOST_WORKERS }, (_, id) => labOf(String(id)));
  await Promise.all(workers.flatMap((lab) => [lab, besideOf(lab)]).map((name) => down({ name })));
}
