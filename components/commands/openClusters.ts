import { Kubectl } from "../kubectl";
import { accessTo, readKubeconfigs } from "./protocol";

/** A member as the check gets it. */
export interface CheckedMember {
  readonly name: string;
  readonly id: number;
  readonly context?: string | undefined;
}

/** A member that can be asked. */
export interface OpenCluster extends CheckedMember {
  readonly kubectl: Kubectl;
}

/** Opens all members, uses them, and closes them whatever happens. */
export async function withClusters<T>(
  members: readonly CheckedMember[],
  use: (clusters: readonly OpenCluster[]) => Promise<T>,
): Promise<T> {
  const kubeconfigs = await readKubeconfigs();
  const clusters = await Promise.all(
    members.map(async (member) => ({ ...member, kubectl: await Kubectl.open(accessTo(member, kubeconfigs)) })),
  );
  try {
    return await use(clusters);
  } finally {
    await Promise.all(clusters.map(({ kubectl }) => kubectl.close()));
  }
}
