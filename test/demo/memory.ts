import { readFileSync } from "node:fs";

const SAMPLE_MS = 500;

/** Memory that this machine could still give, in MiB. Unlike the sizes of processes it counts what they share once, and the kernel's own. */
function availableMiB(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** Watches how much memory is taken from now on. What else the machine does is counted too. */
export function watchMemory(): { readonly peakMiB: () => number } {
  const before = availableMiB();
  let least = before;
  const timer = setInterval(() => {
    least = Math.min(least, availableMiB());
  }, SAMPLE_MS);
  timer.unref();
  return { peakMiB: () => Math.round(before - least) };
}
