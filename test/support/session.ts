import { readdirSync, readFileSync } from "node:fs";
import { waitUntil } from "./waitUntil";

const GONE_SECONDS = 60;
/** Where /proc/<pid>/stat says, after the program's name, in which state a process is, whose child, and to which session it belongs. */
const STATE = 0;
const PARENT = 1;
const SESSION = 3;

function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** The session that a process belongs to; nothing when it has ended. */
export function sessionOf(pid: number): number | undefined {
  const session = statOf(pid)[SESSION];
  return session === undefined ? undefined : Number(session);
}

/** The process that has started another one; nothing when that has ended. */
export function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)[PARENT];
  return parent === undefined ? undefined : Number(parent);
}

/**
 * The processes of a session, and those that they have started in sessions of their own, as kubectl; without those that have ended and were not
 * asked about yet.
 */
function membersOf(leader: number): readonly number[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  const stats = new Map(all.map((pid) => [pid, statOf(Number(pid))]));
  const isMember = (pid: string): boolean => {
    const stat = stats.get(pid);
    const parent = stat?.[PARENT] ?? "0";
    return stat !== undefined && (stat[SESSION] === String(leader) || (parent !== pid && isMember(parent)));
  };
  return all.filter((pid) => isMember(pid) && stats.get(pid)?.[STATE] !== "Z").map(Number);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * Sends a signal to all that was started by a program that began a session: it, its plugins, and what these run. A process group would not do:
 * Pulumi gives every plugin one of its own.
 *
 * @param leader Process id of that program, which gets the signal first.
 */
export function signalSession(leader: number, signal: NodeJS.Signals): void {
  send(leader, signal);
  for (const pid of membersOf(leader)) {
    send(pid, signal);
  }
}

/** Kills a whole session, and returns when nothing of it is left. */
export async function killSession(leader: number): Promise<void> {
  await waitUntil(`session ${String(leader)} is gone`, GONE_SECONDS, () => {
    signalSession(leader, "SIGKILL");
    return Promise.resolve(membersOf(leader).length === 0);
  });
}
