import { z } from "zod";
import { readConfigMap } from "../cilium/configMap";
import { NAME_KEY, ciliumObjects } from "../cilium/model/agentConfig";
import { LARGE_INPUT } from "../command/protocol";
import { originalConfigOf } from "../identity/model/originalConfig";
import { afterRestoration, planRestoration } from "../identity/model/restoration";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import type { Diagnostic } from "../mesh/model/diagnostic";
import { UNMESHED_NAME } from "../mesh/model/names";
import { peersIn } from "../peers/model/peerFile";
import { secretFiles } from "../peers/secretFiles";
import type { MeshChange, MeshRanges } from "./model/meshChange";
import { rangesOfText } from "./model/rangesText";
import { checkPolicies } from "./checkPolicies";

/** The input of a policy check, as the state keeps it. */
export const leavingCluster = z.object({
  cluster: z.object({ name: z.string(), context: z.string().optional() }),
  cilium: ciliumObjects,
  desiredConfig: z.record(z.string(), z.string()),
  /** The Secret with the peer files: policies may name peers as well. */
  peerSecret: z.string(),
  /** What `record` has printed. */
  originalConfig: z.string(),
  owner: z.string(),
  openPolicies: z.boolean().default(false),
  /** A cluster that will not answer any more is asked nothing. */
  lost: z.boolean().default(false),
});

const ranges = z.object({ podCIDRs: z.array(z.string()), nodeCIDRs: z.array(z.string()) });
/** A state may hold them by their names still, as JSON. */
const largeInput = z.object({
  ranges: z.union([z.string().transform(rangesOfText), z.record(z.string(), ranges)]),
});

/** The ranges of the mesh's clusters, out of what standard input brings a policy check; none in a state from before it brought them. */
export function rangesGiven({ [LARGE_INPUT]: given }: Readonly<Record<string, string>>): MeshRanges {
  return given === undefined ? {} : largeInput.parse(JSON.parse(given)).ranges;
}

/** A cluster that leaves its mesh, or will. */
export type LeavingCluster = z.infer<typeof leavingCluster>;

/** What becomes of a cluster that leaves, and of its policies. */
export interface JudgedLeaving {
  /** As {@link checkPolicies} has them. */
  readonly diagnostics: readonly Diagnostic[];
  /** In a sentence about the cluster: `will be "default" again`. */
  readonly what: string;
}

/**
 * What a cluster will be called instead, and whom it will know no more. The name it has is the one that its agents run with, and not what
 * `cilium-config` has by now: the way back rolls them.
 */
async function meshChange(
  api: ClusterApi,
  leaving: LeavingCluster,
  known: MeshRanges,
): Promise<MeshChange | undefined> {
  const { cilium, cluster, peerSecret } = leaving;
  const live = await readConfigMap(api, cilium);
  if (live === undefined) return undefined;
  const plan = planRestoration(originalConfigOf(leaving.originalConfig), leaving.desiredConfig, live, FIELD_MANAGER);
  const to = afterRestoration(plan, NAME_KEY, live) ?? UNMESHED_NAME;
  const peers = peersIn(await secretFiles(api, cilium.namespace, peerSecret), cluster.name);
  return { from: cluster.name, to, peers, ranges: known };
}

/** Judges a cluster that is about to leave; there is nothing to say of one without Cilium. */
export async function checkLeaving(
  api: ClusterApi,
  leaving: LeavingCluster,
  known: MeshRanges,
): Promise<JudgedLeaving | undefined> {
  const change = await meshChange(api, leaving, known);
  if (change === undefined) return undefined;
  const { cilium, owner, cluster } = leaving;
  const diagnostics = await checkPolicies(api, { name: cluster.name, cilium, change, owner });
  return { diagnostics, what: change.from === change.to ? "loses its peers" : `will be "${change.to}" again` };
}
