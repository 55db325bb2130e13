import { ClusterMesh, ClusterMeshAuthority, ClusterMeshDemo } from "./components";
import { authorityOutputs, loadStack, meshOutputs, sparingStackTraces } from "./stacks";

const NAME = "clustermesh";

/**
 * The program: read and check the stack's configuration, build the mesh or the part of it that this stack has, and export what a person wants
 * to read.
 */
export = async () => {
  sparingStackTraces();
  const stack = await loadStack();
  if (stack.role.kind === "authority") {
    return authorityOutputs(new ClusterMeshAuthority(NAME, stack.plan), stack);
  }
  const mesh = new ClusterMesh(NAME, stack.plan);
  const { demo } = stack.environment;
  return meshOutputs(mesh, demo && new ClusterMeshDemo(NAME, { mesh, ...demo }), stack);
};
