import { z } from "zod";
import { present } from "../../basics/model/own";
import { recordedOf, targets } from "./recorded";

const recordedCluster = z.object({
  uid: z.string().min(1),
  set: z.record(z.string(), z.string()),
  targets,
  /** What was seen when its Secrets were written again last. */
  reapplied: z.string().optional(),
});

/** What the next preview needs of a cluster that is in the mesh; nothing in it is secret. */
export type RecordedCluster = z.infer<typeof recordedCluster>;

const recordedClusters = z.record(z.string(), recordedCluster);

/** What of a record the next preview needs. */
export function summaryOf(printed: string, cluster: string, reapplied?: string): RecordedCluster {
  const { cluster: uid, set, targets: names } = recordedOf(printed, cluster);
  return present({ uid, set, targets: names, reapplied });
}

/** Reads the output of the last up; nothing where there was none. */
export function readRecordedClusters(output: unknown): Readonly<Record<string, RecordedCluster>> {
  return recordedClusters.safeParse(output).data ?? {};
}
