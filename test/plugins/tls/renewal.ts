import type { PlainMap } from "../shared/value";

const HOUR_MS = 3_600_000;

const hours = (map: PlainMap, key: string) => (typeof map[key] === "number" ? map[key] : 0);

/** RFC 3339 in the local time zone with as many decimals as needed, as Go prints a time. */
export function rfc3339(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString();
  const two = (value: number) => String(value).padStart(2, "0");
  const zone =
    offset === 0
      ? "Z"
      : `${offset < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return local.replace(/\.?0*Z$/, "") + zone;
}

/** Whether a certificate is to be replaced now: its end minus the early renewal has come. */
export function isDue(state: PlainMap, earlyRenewalHours: number, now: Date): boolean {
  const end = state["validityEndTime"];
  return typeof end === "string" && Date.parse(end) - earlyRenewalHours * HOUR_MS <= now.getTime();
}

/**
 * `readyForRenewal` as a plan has it: true from the start when the early renewal covers the whole validity,
 * which makes every run replace the certificate.
 */
export function bornReady(plan: PlainMap): boolean {
  const validity = hours(plan, "validityPeriodHours");
  return validity === 0 || hours(plan, "earlyRenewalHours") >= validity;
}
