import { dispatch, previousOutput, readInput } from "../command/protocol";
import { contactTo } from "../kubernetes/openClusters";
import { apiserverInput, apiserverVerbs } from "./verbs";

const given = readInput(apiserverInput);

/** The verb that was run, once it is done. */
export const ran = dispatch(apiserverVerbs(given, contactTo(given.cluster), previousOutput()));
