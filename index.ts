import { ClusterMesh, ClusterMeshAuthority } from "./components";
import { authorityOutputs, loadStack, meshOutputs, sparingStackTraces } from "./stacks";

/**
 * The program: read and check the stack's configuration, build the mesh or the part of it that this stack has, and export what a person wants
 * to read.
 */
export = async () => {
  sparingStackTraces();
  const stack = await loadStack();
  return stack.role.kind === "authority"
    ? authorityOutputs(new ClusterMeshAuthority("clustermesh", stack.plan), stack)
    : meshOutputs(new ClusterMesh("clustermesh", stack.plan), stack);
};
