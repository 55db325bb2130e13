import { availableMemory } from "../../lab";

const SAMPLE_MS = 500;

/** Unlike the sizes of processes it counts what they share once, and the kernel's own. */
const availableMiB = (): number => availableMemory() / 2 ** 20;

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
