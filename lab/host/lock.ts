import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { locksFolder } from "./folders";

/**
 * `flock` holds the lock while its `cat` lives, and `cat` lives while this process keeps the pipe open: the kernel gives the
 * lock back whichever way this process ends. An echoed byte shows that the lock is held.
 */
async function tryFlock(file: string, wait: boolean): Promise<ChildProcess | undefined> {
  const child = spawn("flock", [wait ? "--exclusive" : "--nonblock", file, "cat"], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  const held = once(child.stdout, "data").then(() => true);
  const ended = once(child, "close").then(() => false);
  child.stdin.write("x");
  return (await Promise.race([held, ended])) ? child : undefined;
}

/** Runs `work` while no other process of this user holds the lock `name`. @param onWait Called when it has to wait. */
export async function withLock<T>(name: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(locksFolder(), { recursive: true, mode: 0o700 });
  return withFileLock(join(locksFolder(), name), work, onWait);
}

/** The same with a file of choice, whose folder is there. */
export async function withFileLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  let holder = await tryFlock(file, false);
  if (holder === undefined) {
    onWait?.();
    holder = await tryFlock(file, true);
  }
  if (holder === undefined) throw new Error(`lock ${file}: flock ended without taking it; is the folder writable?`);
  try {
    return await work();
  } finally {
    const closed = once(holder, "close");
    holder.stdin?.end();
    await closed;
  }
}
