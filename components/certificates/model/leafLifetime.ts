import type { Validity } from "./certificates";

const DAY_MS = 86_400_000;

/**
 * The lifetime of what a CA signs that nobody renews here: no longer than the CA's own. It is halved until it fits, and not cut to the day,
 * for each change of it makes new certificates.
 *
 * @param ends When the CA ends.
 */
export function leafValidity(leaf: Validity, ends: Date, now: Date): Validity {
  const left = Math.floor((ends.getTime() - now.getTime()) / DAY_MS);
  if (left >= leaf.days) {
    return leaf;
  }
  const days = halved(leaf.days, Math.max(1, left));
  return { days, renewBeforeDays: Math.min(leaf.renewBeforeDays, Math.floor(days / 2)) };
}

function halved(days: number, most: number): number {
  return days <= most ? days : halved(Math.floor(days / 2), most);
}
