import { answers, caOrigin, inspectCluster } from "../../components";
import { limiter } from "../../components/basics/limiter";
import { mapLimited } from "../../components/basics/mapLimited";
import type { ApiAccess } from "../../components/kubernetes/clusterApi";
import { demoSettings } from "../../components/demo/model/demo";
import { managedObjectsOf } from "../../components/managedObjects";
import { warning, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { LiveCluster } from "../../components/preflight/model/liveCluster";
import type { Answered } from "../../components/preflight/model/slowAnswers";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";
import type { Asked } from "./permissions";

const CLUSTERS_AT_ONCE = 8;

/** How to reach a cluster; nothing where the configuration does not say, or kubectl would take its current context for an answer. */
function accessOf({ context, kubeconfig }: Configuration["clusters"][string]): ApiAccess | undefined {
  if (kubeconfig !== undefined) {
    return { kind: "kubeconfig", content: kubeconfig };
  }
  return context === undefined ? undefined : { kind: "context", context };
}

/** The clusters whose configuration says how to reach them. */
export function reachableBy(configuration: Configuration) {
  return Object.entries(configuration.clusters).flatMap(([name, cluster]) => {
    const access = accessOf(cluster);
    return access === undefined ? [] : [{ name, access, lost: cluster.lost === true }];
  });
}

/** What the clusters that were asked are, and how they were asked. */
export interface Inspected {
  readonly live: ReadonlyMap<string, LiveCluster>;
  readonly answered: ReadonlyMap<string, Answered>;
}

/** The clusters that are asked, and what this stack makes there. */
export function askedClusters(
  configuration: Configuration,
  { authority: caSource, managed }: Environment,
): readonly Asked[] {
  const demo = demoSettings(configuration, managed);
  return reachableBy(configuration)
    .filter(({ lost }) => !lost)
    .map(({ name, access }) => {
      return {
        name,
        access,
        managedObjects: managedObjectsOf(name, configuration, caOrigin(caSource) === "generated", demo),
      };
    });
}

/** Inspects them all. */
export async function inspectAll(
  { cilium }: Configuration,
  clusters: readonly Asked[],
  limit: number,
): Promise<Inspected> {
  const turn = limiter(CLUSTERS_AT_ONCE);
  const found = await Promise.all(
    clusters.map(async ({ name, access, managedObjects }) => {
      return { name, ...(await inspectCluster(access, cilium, managedObjects, limit, turn)) };
    }),
  );
  return {
    live: new Map(found.map(({ name, live }) => [name, live])),
    answered: new Map(found.flatMap(({ name, answered }) => (answered === undefined ? [] : [[name, answered]]))),
  };
}

/** Clusters that are declared lost and answer all the same: the wrong one may be declared. */
export async function lostAndAnswering(configuration: Configuration, limit: number): Promise<readonly Diagnostic[]> {
  const lost = reachableBy(configuration).filter((cluster) => cluster.lost);
  const found = await mapLimited(lost, CLUSTERS_AT_ONCE, async ({ name, access }): Promise<readonly Diagnostic[]> => {
    if (!(await answers(access, limit))) {
      return [];
    }
    const reason = "is declared, but its API server answers";
    const fix =
      "it is dropped by its peers and left as it is, with its name and id; to have it given back as it was found, remove lost, " +
      "run pulumi up, and then remove the cluster";
    return [warning({ cluster: name, property: "lost", reason, fix })];
  });
  return found.flat();
}
