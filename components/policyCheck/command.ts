import { dispatch, readInput } from "../command/protocol";
import { readKubeconfigs } from "../kubernetes/access";
import { contactTo } from "../kubernetes/openClusters";
import { leavingCluster, rangesGiven } from "./leavingCheck";
import { policyCheckVerbs } from "./verbs";

const given = readInput(leavingCluster);
const ranges = async () => rangesGiven(await readKubeconfigs());

/** The verb that was run, once it is done. */
export const ran = dispatch(policyCheckVerbs(given, ranges, contactTo(given.cluster)));
