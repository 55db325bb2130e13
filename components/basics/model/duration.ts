const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A time as a person says it: in seconds up to two minutes, then in whole minutes. */
export function durationText(ms: number): string {
  return ms < 2 * MINUTE ? `${Math.round(ms / SECOND)} s` : `${Math.floor(ms / MINUTE)} min`;
}
