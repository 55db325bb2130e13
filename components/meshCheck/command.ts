import { dispatch, previousOutput, readInput, readLargeInput } from "../command/protocol";
import { withClusters } from "../kubernetes/openClusters";
import { checkedMesh, checkInput, checkVerbs } from "./verbs";

const verbs = checkVerbs(
  readInput(checkInput),
  async (use) => {
    const mesh = await readLargeInput(checkedMesh);
    return withClusters(mesh.clusters, (clusters) => use(mesh, clusters));
  },
  previousOutput(),
);

/** The verb that was run, once it is done. */
export const ran = dispatch(verbs);
