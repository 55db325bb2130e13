import { existsSync, readFileSync } from "node:fs";

/** Whether a process is there and no zombie, which waits for a parent that may be no good one. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc") || !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}
