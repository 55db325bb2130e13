import { z } from "zod";
import { present } from "../../basics/model/own";
import { recordedOf, targets } from "./recorded";

const recordedCluster = z.object({
  uid: z.string().min(1),
  set: z.record(z.string(), z.string()),
  targets,
  /** Where it publishes through its clustermesh-apiserver, and this program has named that; absent of all others. */
  identity: z.literal("set").optional(),
  /** Where nobody here signs for its peers; absent of all others. */
  clientCertificates: z.literal("issued").optional(),
  /** By what its own CA was known; absent of all others. */
  ca: z.string().optional(),
  /** By which addresses its peers come, where they were found; absent of all others. */
  addresses: z.array(z.string()).readonly().optional(),
  /** What was seen when its Secrets were written again last. */
  reapplied: z.string().optional(),
  /** It was declared lost since: when it is back, it may be another one. */
  lost: z.literal(true).optional(),
});

/** What the next preview needs of a cluster that is in the mesh; nothing in it is secret. */
export type RecordedCluster = z.infer<typeof recordedCluster>;

const recordedClusters = z.record(z.string(), recordedCluster);

/** What was decided of a cluster when it was asked last, and stays while it does not answer. */
type Decided = Pick<RecordedCluster, "identity" | "clientCertificates" | "ca" | "addresses" | "reapplied">;

/** What of a record the next preview needs. @param decided Beside what is recorded in the cluster. */
export function summaryOf(printed: string, cluster: string, decided: Decided = {}): RecordedCluster {
  const { cluster: uid, set, targets: names, lost } = recordedOf(printed, cluster);
  return present({ uid, set, targets: names, ...decided, lost });
}

/** Reads the output of the last up; nothing where there was none. */
export function readRecordedClusters(output: unknown): Readonly<Record<string, RecordedCluster>> {
  return recordedClusters.safeParse(output).data ?? {};
}
