import assert from "node:assert/strict";
import { type Attempt, type Pinger, trafficReport, type TrafficReport } from "../../../../lab";
import { waitUntil } from "../../../support/waitUntil";
import { say } from "../say";
import type { Break, OpenConnection } from "./openConnection";

/** Traffic of one kind from one place to another. */
export interface Way {
  readonly attempts: () => readonly Attempt[];
  readonly breaks: () => readonly Break[];
  readonly stop: () => Promise<unknown>;
}

/** New connections. None of them stays open. */
export const fresh = ({ attempts, stop }: Pinger): Way => ({ attempts, breaks: () => [], stop });

/** One that stays open. */
export const open = (connection: OpenConnection): Way => connection;

/** What became of the traffic on one way. */
export interface Measured extends Pick<TrafficReport, "sent" | "lost" | "longestGapMs"> {
  readonly way: string;
  /** When each of those that were lost began, in seconds from the beginning. */
  readonly at: readonly number[];
  /** How a connection that was open ended, if it did, and when. */
  readonly broken: readonly string[];
}

/** What is lost long after something is done is the next thing's: half the time that an attempt has. */
const AFTERWARDS_MS = 2000;
/** The time that an attempt has. */
const LIMIT_MS = 1000;

const seconds = (from: number, moment: number): number => Math.round((moment - from) / 100) / 10;

/** Sums up a way between two moments. */
export function measuredOf(name: string, way: Way, from: number, to: number): Measured {
  const meanwhile = way.attempts().filter(({ at }) => at >= from && at <= to);
  const { sent, lost, longestGapMs } = trafficReport(meanwhile);
  const at = meanwhile.filter(({ answered }) => !answered).map((each) => seconds(from, each.at));
  const broken = way
    .breaks()
    .filter((each) => each.at >= from && each.at <= to)
    .map((each) => `${String(seconds(from, each.at))} s: ${each.why}`);
  return { way: name, sent, lost, longestGapMs, at: at.sort((one, other) => one - other), broken };
}

/** Traffic on several ways at once. */
export class Ways {
  constructor(private readonly all: ReadonlyMap<string, Way>) {}

  /**
   * Does something, and gives what each way lost meanwhile and until a little later, which it tells as well.
   *
   * @param afterwardsMs For how long the traffic is watched once it is done.
   */
  async during(what: string, work: () => Promise<unknown>, afterwardsMs = AFTERWARDS_MS): Promise<readonly Measured[]> {
    const from = Date.now();
    await work();
    const to = Date.now() + afterwardsMs;
    await waitUntil("traffic goes on", 60 + afterwardsMs / 1000, () =>
      Promise.resolve([...this.all.values()].every((way) => way.attempts().some(({ at }) => at >= to + LIMIT_MS))),
    );
    const told = [...this.all].map(([name, way]) => measuredOf(name, way, from, to));
    assert.ok(told.every(({ sent }) => sent > 0));
    process.stdout.write(`${JSON.stringify({ measured: what, seconds: seconds(from, to), told })}\n`);
    say(`${what}, ${String(seconds(from, to))} s:`);
    for (const { way, sent, lost, longestGapMs, at, broken } of told) {
      const gap = lost === 0 ? "" : `, longest gap ${(longestGapMs / 1000).toFixed(1)} s [${at.join(" ")}]`;
      say(
        `  ${way}: ${String(lost)} of ${String(sent)} lost${gap}${broken.length === 0 ? "" : `; broken ${broken.join(", ")}`}`,
      );
    }
    return told;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all.values()].map((way) => way.stop()));
  }
}

/** The ways on which something was lost, or a connection broke. */
export const notWhole = (told: readonly Measured[], but: (way: string) => boolean = () => false): readonly Measured[] =>
  told.filter(({ way, lost, broken }) => (lost > 0 || broken.length > 0) && !but(way));
