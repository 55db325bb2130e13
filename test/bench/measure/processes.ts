import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** A process at one moment. */
export interface ProcessLook {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** CPU seconds of its own. */
  readonly own: number;
  /** CPU seconds of its children that have ended and were waited for, and of theirs. */
  readonly ended: number;
}

/** Reads a line of /proc/<pid>/stat; the program's name in it may hold blanks and parentheses. */
export function parseLook(pid: number, stat: string): ProcessLook {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / TICKS;
  return { pid, parent: Number(fields[1]), session: Number(fields[3]), own: seconds(11), ended: seconds(13) };
}

function lookAt(pid: number): readonly ProcessLook[] {
  try {
    return [parseLook(pid, readFileSync(`/proc/${String(pid)}/stat`, "utf8"))];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** The processes of a session. */
export function lookAtSession(leader: number): readonly ProcessLook[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => lookAt(Number(entry)))
    .filter(({ session }) => session === leader);
}

/** CPU seconds of all children of this process that have ended, and of theirs. */
export function endedChildrenSeconds(): number {
  return lookAt(process.pid)[0]?.ended ?? 0;
}

/** The command line of a process; empty when it has ended. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** MiB of a process, of what it shares only its part; nothing when it has ended. */
export function proportionalMiB(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${String(pid)}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
