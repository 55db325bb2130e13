import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { waitFor } from "./waitFor";

/** Names one process for good: process ids are used again, a start time within one boot is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTicks: string;
  readonly bootId: string;
}

/** What /proc/<pid>/stat has. */
export interface ProcessStat {
  /** One letter; `Z` is a zombie. */
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
}

/** State, parent and start time out of /proc/<pid>/stat. The program's name in it may hold blanks and parentheses. */
export function parseStat(stat: string): ProcessStat | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [state, parent, startTicks] = [fields[0], Number(fields[1]), fields[19]];
  return stat.includes(")") && state !== undefined && startTicks !== undefined
    ? { state, parent, startTicks }
    : undefined;
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

/** Numbers of all processes of this machine. */
export const allPids = (): readonly number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** The children of a process, without zombies. */
export const childrenOf = (pid: number): readonly ProcessIdentity[] =>
  allPids()
    .filter((each) => parseStat(readOrUndefined(`/proc/${each}/stat`) ?? "")?.parent === pid)
    .flatMap((child) => identify(child) ?? []);

/** Resident memory in MiB; undefined when the process is gone. */
export function residentMiB(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readOrUndefined(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}

const BEGIN_MS = 10_000;

/** Programs that only prepare what another one then runs in. */
const PREPARING = new Set(["node", "flock", "unshare"]);

/**
 * Waits until a process has become the program that it was started for, and so is in all namespaces that were made for it: before, a change
 * "there" would be made here.
 */
export const hasBegun = (identity: ProcessIdentity): Promise<true> =>
  waitFor(`process ${identity.pid} to begin`, BEGIN_MS, (note) => {
    if (!isAlive(identity)) throw new Error(`process ${identity.pid} ended at once; are namespaces allowed here?`);
    const program = basename(readlinkSync(`/proc/${identity.pid}/exe`));
    note(`still ${program}`);
    return PREPARING.has(program) ? undefined : true;
  });
