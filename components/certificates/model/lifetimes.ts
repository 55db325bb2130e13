import type { MeshSettings } from "../../settings/model/settings";
import type { Validity } from "./certificates";

export const DAY_MS = 86_400_000;

/** The last third is for the renewal, but no more days than a monthly `pulumi up` needs to be in time. */
const validity = (days: number, most: number): Validity => ({
  days,
  renewBeforeDays: Math.min(most, Math.floor(days / 3)),
});

/** The lifetime of a generated CA. Early, for every etcd has to be restarted with the new one in time. */
export const authorityLifetime = ({ authorityDays }: MeshSettings["certificates"]): Validity =>
  validity(authorityDays, 120);

/** The lifetime of client and server certificates. */
export const leafLifetime = ({ leafDays }: MeshSettings["certificates"]): Validity => validity(leafDays, 60);

/**
 * The lifetime of what a CA signs that nobody renews here: no longer than the CA's own. It is halved until it fits, and not cut to the day,
 * for each change of it makes new certificates.
 *
 * @param ends When the CA ends.
 */
export function leafValidity(leaf: Validity, ends: Date, now: Date): Validity {
  const left = Math.floor((ends.getTime() - now.getTime()) / DAY_MS);
  if (left >= leaf.days) return leaf;
  const days = halved(leaf.days, Math.max(1, left));
  return { days, renewBeforeDays: Math.min(leaf.renewBeforeDays, Math.floor(days / 2)) };
}

const halved = (days: number, most: number): number => (days <= most ? days : halved(Math.floor(days / 2), most));
