import { progress } from "../command/protocol";
import { tellingLine } from "./model/tellingLine";
import type { Between } from "./patiently";

/** Prints why a cluster is asked again, so that a command that takes longer than usual shows what for. */
export function askedAgain(cluster: string): Between {
  return {
    cluster,
    onFailedTry: ({ message }) => {
      progress(`cluster "${cluster}": ${tellingLine(message)}; it is asked again`);
    },
  };
}
