import { dispatch, previousOutput, readInput } from "../command/protocol";
import { withClusters } from "../kubernetes/openClusters";
import { demoVerbs, pingInput } from "./verbs";

const given = readInput(pingInput);

/** The verb that was run, once it is done. */
export const ran = dispatch(demoVerbs(given, (use) => withClusters(given.clusters, use), previousOutput()));
