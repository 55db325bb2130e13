import { z } from "zod";

const IDENTITIES = z.array(z.object({ id: z.number(), labels: z.array(z.string()) }));

/** An identity as an agent lists it. */
export type Identity = {
  readonly identity: number;
  /** `identity >> 16`, for clusters of a mesh of at most 255: the upper bits of the number name the cluster. */
  readonly cluster: number;
  readonly labels: readonly string[];
};

const CLUSTER_SHIFT = 16;
const FIRST_ALLOCATED = 256;
/** Above are identities that one node makes for itself, for address ranges. */
const FIRST_LOCAL = 2 ** 24;

/** The identities of workloads out of `cilium-dbg identity list -o json`. */
export const parseIdentities = (json: string): readonly Identity[] =>
  IDENTITIES.parse(JSON.parse(json))
    .filter(({ id }) => id >= FIRST_ALLOCATED && id < FIRST_LOCAL)
    .map(({ id, labels }) => ({ identity: id, cluster: id >> CLUSTER_SHIFT, labels }))
    .sort((one, other) => one.identity - other.identity);
