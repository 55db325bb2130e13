import { progress } from "../command/protocol";
import { tellingLine } from "./model/tellingLine";
import type { Between } from "./patiently";

/** Says why a cluster is asked again: a command that takes longer than usual says what for. */
export function askedAgain(cluster: string): Between {
  return {
    onFailedTry: ({ message }) => {
      progress(`cluster "${cluster}": ${tellingLine(message)}; it is asked again`);
    },
  };
}
