import { dispatch, previousOutput, readInput, readSecrets } from "../command/protocol";
import { contactTo } from "../kubernetes/openClusters";
import { certificateVerbs, leafFiles } from "./certificateVerbs";
import { apiserverInput, apiserverVerbs } from "./verbs";

const given = readInput(apiserverInput);
const contact = contactTo(given.cluster);
const previous = previousOutput();

/** The verb that was run, once it is done. */
export const ran = dispatch({
  ...apiserverVerbs(given, contact, previous),
  ...certificateVerbs(given, contact, () => readSecrets(leafFiles), previous),
});
