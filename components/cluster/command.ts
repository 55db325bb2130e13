import { dispatch, previousOutput, readInput } from "../command/protocol";
import { contactTo } from "../kubernetes/openClusters";
import { clusterInput } from "./clusterInput";
import { clusterVerbs } from "./verbs";

const given = readInput(clusterInput);

/** The verb that was run, once it is done. */
export const ran = dispatch(clusterVerbs(given, contactTo(given.cluster), previousOutput()));
