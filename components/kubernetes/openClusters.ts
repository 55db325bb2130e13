import { accessTo, readKubeconfigs } from "./access";
import { askedAgain } from "./askedAgain";
import { Kubectl } from "./kubectl";

/** A cluster as a command is given it. */
interface GivenCluster {
  readonly name: string;
  readonly context?: string | undefined;
  /** Which cluster this was when it joined; absent where nothing was recorded. */
  readonly uid?: string | undefined;
}

/** A cluster that can be asked. */
export type Open<Cluster extends GivenCluster = GivenCluster> = Cluster & { readonly kubectl: Kubectl };

/** A cluster of the check, with its open kubectl. */
export type OpenCluster = Open<GivenCluster & { readonly id: number }>;

/** Opens all clusters, uses them, and closes them whatever happens. */
export async function withClusters<Cluster extends GivenCluster, T>(
  members: readonly Cluster[],
  use: (clusters: readonly Open<Cluster>[]) => Promise<T>,
): Promise<T> {
  const kubeconfigs = await readKubeconfigs();
  const clusters = await Promise.all(
    members.map(async (cluster) => {
      const kubectl = await Kubectl.open(accessTo(cluster, kubeconfigs), askedAgain(cluster.name));
      return { ...cluster, kubectl };
    }),
  );
  try {
    return await use(clusters);
  } finally {
    await Promise.all(clusters.map(({ kubectl }) => kubectl.close()));
  }
}
