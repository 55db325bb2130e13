import { readFileSync } from "node:fs";

/** Names one process for good: process ids are used again, a start time within one boot is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: string;
  readonly bootId: string;
}

/** State letter and start time out of /proc/<pid>/stat. The program's name in it may hold blanks and parentheses. */
export function parseStat(stat: string): { readonly state: string; readonly startTicks: string } | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [state, startTicks] = [fields[0], fields[19]];
  return stat.includes(")") && state !== undefined && startTicks !== undefined ? { state, startTicks } : undefined;
}

const readOrUndefined = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

/** Who runs under this process id now; undefined for none and for a zombie, which holds nothing any more. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = parseStat(readOrUndefined(`/proc/${pid}/stat`) ?? "");
  const bootId = readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim();
  if (stat === undefined || stat.state === "Z" || stat.state === "X" || bootId === undefined) return undefined;
  return { pid, startTicks: stat.startTicks, bootId };
}

/** Whether the process that was recorded is the one seen now, and not a later one with the same number. */
export const isSameProcess = (recorded: ProcessIdentity, seen: ProcessIdentity | undefined): boolean =>
  seen !== undefined &&
  recorded.pid === seen.pid &&
  recorded.startTicks === seen.startTicks &&
  recorded.bootId === seen.bootId;

/** Whether the recorded process still runs. */
export const isAlive = (recorded: ProcessIdentity): boolean => isSameProcess(recorded, identify(recorded.pid));

/** Resident memory in MiB; undefined when the process is gone. */
export function residentMiB(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readOrUndefined(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
