import type * as pulumi from "@pulumi/pulumi";
import { ClusterMesh } from "./clusterMesh";
import type { ClusterMeshArgs } from "./clusterMeshArgs";
import { report } from "./mesh/report";
import { preflight, type PreflightRun } from "./meshPreflight";

/**
 * Inspects the live clusters, says what there is to know of them, and makes the mesh: what is not written down of a cluster is what it says
 * itself.
 *
 * @throws RunError with all that keeps the mesh from working, before any resource is registered.
 */
export async function inspectedMesh(
  name: string,
  args: Omit<ClusterMeshArgs, "observed">,
  opts: pulumi.ComponentResourceOptions = {},
  run: PreflightRun = {},
): Promise<ClusterMesh> {
  const { diagnostics, observed } = await preflight(args, run);
  await report("this mesh cannot work", diagnostics);
  return new ClusterMesh(name, { ...args, observed }, opts);
}
