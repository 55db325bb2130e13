import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Bytes that can be had without swapping; Node's own figure leaves out what the page cache would give back. */
export function availableMemory(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}
