import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { joinCgroups, processesIn } from "./cgroups";
import { shortHash, writePrivate } from "./files";
import { withFileLock } from "./lock";
import type { Place } from "./place";
import { allPids, childrenOf, identify, isAlive, isSameProcess, type ProcessIdentity } from "./processIdentity";
import { lastLines } from "./run";
import { waitFor } from "./waitFor";

/** Set in every daemon, so that `down` finds those whose pid file was lost in a crash. */
const MARKER = "CILIUM_CLUSTERMESH_LAB";
const TERMINATE_MS = 10_000;

/** A process that outlives the one that starts it; its pid file and log are `<dir>/<name>.pid` and `.log`. */
export interface DaemonSpec {
  readonly name: string;
  readonly dir: string;
  /** The lab's folder, which marks the process as the lab's. */
  readonly labDir: string;
  readonly place: Place;
  readonly command: readonly string[];
  /** Folders of cgroups that the process is in before its program begins. */
  readonly cgroups?: readonly string[];
  /** What is done before it is started; not where it runs already. */
  readonly beforeStart?: () => Promise<void>;
  /** A folder that comes first on the process's PATH. */
  readonly path?: string;
  /** Gives the process what it cannot get itself, over a channel that is closed afterwards. */
  readonly handOver?: (child: ChildProcess) => Promise<void>;
}

const RECORD = z.object({
  pid: z.number(),
  startTicks: z.string(),
  bootId: z.string(),
  /** Hash of the command line: a process with another one is not the daemon that is wanted now. */
  commandHash: z.string(),
});

/** What a pid file has. */
export type DaemonRecord = Readonly<z.infer<typeof RECORD>>;

const pidFile = (dir: string, name: string): string => join(dir, `${name}.pid`);
const logFile = (dir: string, name: string): string => join(dir, `${name}.log`);
const hashOf = (commandLine: readonly string[]): string => shortHash(JSON.stringify(commandLine), 16);

/** The daemon of this name if it runs now. */
export function runningDaemon(dir: string, name: string): DaemonRecord | undefined {
  if (!existsSync(pidFile(dir, name))) return undefined;
  try {
    const record = RECORD.parse(JSON.parse(readFileSync(pidFile(dir, name), "utf8")));
    return isAlive(record) ? record : undefined;
  } catch {
    // A pid file that a crash cut short: the marker in the environment still finds the process.
    return undefined;
  }
}

/** Names of all daemons that have a pid file in the folder. */
export const daemonNames = (dir: string): string[] =>
  readdirSync(dir)
    .filter((file) => file.endsWith(".pid"))
    .map((file) => file.slice(0, -".pid".length));

/** The last lines of a daemon's log. */
export const logTail = (dir: string, name: string, lines = 8): string =>
  existsSync(logFile(dir, name)) ? lastLines(readFileSync(logFile(dir, name), "utf8"), lines) : "";

/** Starts the daemon unless it runs already with this very command line. Returns true when it was started. */
export async function ensureDaemon(spec: DaemonSpec): Promise<boolean> {
  const commandLine = spec.place.commandLine(spec.command);
  const commandHash = hashOf(commandLine);
  const running = runningDaemon(spec.dir, spec.name);
  const { cgroups } = spec;
  // One that was started by a run that was interrupted may be outside of its cgroups.
  const inside = cgroups?.every((folder) => processesIn(folder).includes(running?.pid ?? 0)) ?? true;
  if (running?.commandHash === commandHash && inside) return false;
  await stopDaemon(spec.dir, spec.name);
  await spec.beforeStart?.();
  mkdirSync(spec.dir, { recursive: true, mode: 0o700 });
  if (cgroups === undefined) {
    await start(spec, commandLine, commandHash);
    return true;
  }
  // Behind a lock that is held here, the process waits to become its program until it is in its cgroups.
  const gate = join(spec.dir, `${spec.name}.gate`);
  // A new file each time: descendants of an earlier run may still hold the old one.
  rmSync(gate, { force: true });
  await withFileLock(gate, async () => {
    const pid = await start(spec, ["flock", "--no-fork", gate, ...commandLine], commandHash);
    await orStop(spec, () => {
      joinCgroups(cgroups, pid);
    });
  });
  return true;
}

/** Ends a daemon whose start did not get to its end: it would be taken for a whole one next time. */
async function orStop(spec: DaemonSpec, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    await stopDaemon(spec.dir, spec.name);
    throw error;
  }
}

const pathWith = (first: string | undefined): string =>
  [...(first === undefined ? [] : [first]), process.env["PATH"] ?? ""].join(delimiter);

async function start(spec: DaemonSpec, commandLine: readonly string[], commandHash: string): Promise<number> {
  const [program = "", ...args] = commandLine;
  const log = openSync(logFile(spec.dir, spec.name), "a", 0o600);
  const child = spawn(program, args, {
    cwd: spec.dir,
    env: { PATH: pathWith(spec.path), HOME: spec.dir, [MARKER]: spec.labDir },
    stdio: spec.handOver === undefined ? ["ignore", log, log] : ["ignore", log, log, "ipc"],
    detached: true,
  });
  closeSync(log);
  const failed = new Promise<Error>((resolve) => child.once("error", resolve));
  if (child.pid === undefined) throw new Error(`${spec.name}: cannot start ${program}: ${(await failed).message}`);
  child.unref();
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error(`${spec.name} ended at once:\n${logTail(spec.dir, spec.name)}`);
  const record: DaemonRecord = { ...identity, commandHash };
  writePrivate(pidFile(spec.dir, spec.name), JSON.stringify(record));
  await orStop(spec, () => spec.handOver?.(child));
  return identity.pid;
}

/** Throws, with the end of its log, when the daemon does not run any more. */
export function assertRunning(spec: Pick<DaemonSpec, "dir" | "name">): void {
  if (runningDaemon(spec.dir, spec.name) === undefined) {
    throw new Error(
      `${spec.name} has ended; the last lines of ${logFile(spec.dir, spec.name)}:\n${logTail(spec.dir, spec.name)}`,
    );
  }
}

/**
 * Ends the daemon if it runs: TERM, and KILL when it has not gone in time. Its children first: one that was started in other namespaces is
 * the child of what entered them, and would outlive it.
 */
export async function stopDaemon(dir: string, name: string): Promise<void> {
  const running = runningDaemon(dir, name);
  if (running !== undefined) {
    await Promise.all(childrenOf(running.pid).map((child) => endProcess(child)));
    await endProcess(running);
  }
  rmSync(pidFile(dir, name), { force: true });
}

/** Ends one process: TERM, wait, KILL, wait. Never one that only has the same number. */
export async function endProcess(identity: ProcessIdentity, terminateMs = TERMINATE_MS): Promise<void> {
  for (const [signal, timeout] of [
    ["SIGTERM", terminateMs],
    ["SIGKILL", TERMINATE_MS],
  ] as const) {
    if (!isAlive(identity)) return;
    try {
      process.kill(identity.pid, signal);
      await waitFor(`process ${identity.pid} to end`, timeout, () => (isAlive(identity) ? undefined : true));
      return;
    } catch (error) {
      if (!isAlive(identity)) return;
      if (signal === "SIGKILL") throw error;
    }
  }
}

/** Every live process that carries this lab's mark, with or without a pid file. */
export function markedProcesses(labDir: string): ProcessIdentity[] {
  const mark = `${MARKER}=${labDir}`;
  return allPids().flatMap((pid) => {
    const before = identify(pid);
    if (before === undefined) return [];
    try {
      const marked = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
      return marked && isSameProcess(before, identify(before.pid)) ? [before] : [];
    } catch {
      // Another user's process, or one that has just ended.
      return [];
    }
  });
}
