import { z } from "zod";
import { present } from "../../basics/model/own";
import { workloadName, type DemoPlaces } from "./demo";
import { expectedPings, seenWords, type Path, type PingResult } from "./demoPings";

const pingReport = z.object({
  pings: z.array(z.object({ client: z.string(), path: z.string(), seen: z.string() })),
  /** Lines of the drop log that name the pings which the policy kept out. */
  drops: z.array(z.string()),
});

/** What a phase's pings came to, as the state keeps it. */
export type PingReport = z.infer<typeof pingReport>;

/** A phase without pings. */
export const NO_PINGS: PingReport = { pings: [], drops: [] };

/** Puts results and evidence into words. */
export function reportPings(results: readonly PingResult[], drops: readonly string[]): PingReport {
  return {
    pings: results.map(({ ping, seen }) => ({
      client: workloadName(ping.client),
      path: ping.path,
      seen: seenWords(seen),
    })),
    drops: [...drops],
  };
}

/** Reads a report back. @throws Error when the text is none. */
export const parsePingReport = (json: string): PingReport => pingReport.parse(JSON.parse(json));

/** One line of the verdict table: flat, for it is printed with a column for each key. */
export interface Verdict {
  /** `cluster/namespace/name`. */
  readonly client: string;
  readonly path: Path;
  readonly expectedBefore: string;
  /** Absent where nothing is pinged. */
  readonly seenBefore?: string;
  readonly expectedAfter: string;
  readonly seenAfter?: string;
}

/** In a stack whose policy is older than its pings, or than a client, there is no time before the policy any more. */
const TOO_LATE = "not pinged (the policy was there)";

/**
 * Who reaches the database, before the policy and after it: what is expected, and beside it what was seen.
 *
 * @param reports What the pings came to; absent where nothing is pinged.
 */
export function verdictTable(
  demo: DemoPlaces,
  reports?: { readonly before: PingReport; readonly after: PingReport },
): readonly Verdict[] {
  const after = expectedPings(demo, "after");
  return expectedPings(demo, "before").map(({ client: workload, path, expected }, index) => {
    const client = workloadName(workload);
    const seen = (report: PingReport) =>
      report.pings.find((each) => each.client === client && each.path === path)?.seen ?? TOO_LATE;
    return present({
      client,
      path,
      expectedBefore: expected,
      seenBefore: reports && seen(reports.before),
      expectedAfter: after[index]?.expected ?? "",
      seenAfter: reports && seen(reports.after),
    });
  });
}
