import { present } from "../../basics/model/own";
import { info, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Validity } from "./certificates";
import { DAY_MS } from "./lifetimes";

/** So many days before the end of a certificate previews and ups warn. */
const WARNING_DAYS = 30;

/** Who renews a certificate: an `up` within its early renewal, or a person. */
export type Renewal =
  | { readonly by: "up"; readonly validity: Validity; readonly then?: string }
  | { readonly by: "person"; readonly how: string };

/** A certificate that is in use, and its end. */
export interface Ending {
  /** Absent where it is the whole mesh's. */
  readonly cluster?: string;
  readonly what: string;
  readonly ends: Date;
  readonly renewal: Renewal;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

function remaining(ends: Date, now: Date): string {
  const days = Math.floor((ends.getTime() - now.getTime()) / DAY_MS);
  return days < 0 ? `ended on ${day(ends)}` : `ends on ${day(ends)}, in ${days} day${days === 1 ? "" : "s"}`;
}

/**
 * What to say of a certificate's end: nothing while it is far; that this run renews it, once it is within its early renewal, for a preview
 * shows only that it is replaced; a warning where it ends within the warning time and this run does nothing about it.
 */
export function judgeEnding(ending: Ending, now: Date): Diagnostic | undefined {
  const { cluster, what, ends, renewal } = ending;
  const before = (days: number) => new Date(ends.getTime() - days * DAY_MS);
  const at = present({ cluster, property: what, reason: remaining(ends, now) });
  const isNear = before(WARNING_DAYS) <= now;
  if (renewal.by === "person") return isNear ? warning({ ...at, fix: renewal.how }) : undefined;
  const { validity, then } = renewal;
  const due = before(validity.renewBeforeDays);
  if (due <= now) {
    const rest = then === undefined ? "" : `; ${then}`;
    const fix = `this run renews it (due ${validity.renewBeforeDays} days before its end)${rest}`;
    return (ends <= now ? warning : info)({ ...at, fix });
  }
  const fix = `an up from ${day(due)} on renews it; run one then`;
  return isNear ? warning({ ...at, fix }) : undefined;
}
