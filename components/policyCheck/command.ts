import { dispatch, readInput } from "../command/protocol";
import { contactTo } from "../kubernetes/openClusters";
import { leavingCluster } from "./leavingCheck";
import { policyCheckVerbs } from "./verbs";

const given = readInput(leavingCluster);

/** The verb that was run, once it is done. */
export const ran = dispatch(policyCheckVerbs(given, contactTo(given.cluster)));
