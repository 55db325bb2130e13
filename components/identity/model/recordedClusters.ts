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
  /** By which addresses its peers come, where they were found; absent of all others. */
  addresses: z.array(z.string()).optional(),
  /** What was seen when its Secrets were written again last. */
  reapplied: z.string().optional(),
});

/** What the next preview needs of a cluster that is in the mesh; nothing in it is secret. */
export type RecordedCluster = z.infer<typeof recordedCluster>;

const recordedClusters = z.record(z.string(), recordedCluster);

/**
 * What of a record the next preview needs.
 *
 * @param addresses By which peers come, where they were found.
 * @param isNamed Whether this program has named its clustermesh-apiserver. @param isIssued Whether all its peers show what was issued for them.
 */
export function summaryOf(
  printed: string,
  cluster: string,
  {
    reapplied,
    isNamed = false,
    isIssued = false,
    addresses,
  }: {
    readonly reapplied?: string | undefined;
    readonly isNamed?: boolean;
    readonly isIssued?: boolean;
    readonly addresses?: readonly string[] | undefined;
  } = {},
): RecordedCluster {
  const { cluster: uid, set, targets: names } = recordedOf(printed, cluster);
  const identity = isNamed ? ("set" as const) : undefined;
  const clientCertificates = isIssued ? ("issued" as const) : undefined;
  return present({
    uid,
    set,
    targets: names,
    identity,
    clientCertificates,
    addresses: addresses && [...addresses],
    reapplied,
  });
}

/** Reads the output of the last up; nothing where there was none. */
export function readRecordedClusters(output: unknown): Readonly<Record<string, RecordedCluster>> {
  return recordedClusters.safeParse(output).data ?? {};
}
