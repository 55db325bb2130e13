import { accessTo, readKubeconfigs } from "./access";
import { askedAgain } from "./askedAgain";
import type { ClusterApi, Contact } from "./clusterApi";
import { Kubectl } from "./kubectl";
import { KubectlApi, withCluster } from "./kubectlApi";
import { KubectlError } from "./kubectlError";
import { withFix } from "./model/noAccess";

interface GivenCluster {
  readonly name: string;
  readonly context?: string | undefined;
  /** Which cluster this was when it joined; absent where nothing was recorded. */
  readonly uid?: string | undefined;
}

/** A cluster that can be asked. */
export type Open<Cluster extends GivenCluster = GivenCluster> = Cluster & { readonly api: ClusterApi };

/** A cluster of the check that can be asked. */
export type OpenCluster = Open<GivenCluster & { readonly id: number }>;

/** How a command contacts its one cluster. */
export const contactTo =
  (cluster: GivenCluster): Contact =>
  async (use) =>
    withCluster(accessTo(cluster, await readKubeconfigs()), use, askedAgain(cluster.name));

/** An error of kubectl, with the name of its cluster and what to do about it; others as they are. */
function ofItsCluster(error: unknown): unknown {
  if (!(error instanceof KubectlError) || error.cluster === undefined) return error;
  return new Error(`cluster "${error.cluster}": ${withFix(error.message)}`, { cause: error });
}

/**
 * Opens all clusters, uses them, and closes them whatever happens.
 *
 * @throws Error that names the cluster, where kubectl failed.
 */
export async function withClusters<Cluster extends GivenCluster, T>(
  members: readonly Cluster[],
  use: (clusters: readonly Open<Cluster>[]) => Promise<T>,
): Promise<T> {
  const kubeconfigs = await readKubeconfigs();
  const opened = await Promise.all(
    members.map(async (cluster) => {
      const kubectl = await Kubectl.open(accessTo(cluster, kubeconfigs), askedAgain(cluster.name));
      return { kubectl, cluster: { ...cluster, api: new KubectlApi(kubectl) } };
    }),
  );
  try {
    return await use(opened.map(({ cluster }) => cluster));
  } catch (error) {
    throw ofItsCluster(error);
  } finally {
    await Promise.all(opened.map(({ kubectl }) => kubectl.close()));
  }
}
