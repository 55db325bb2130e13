import { CILIUM_MODES, type CiliumMode, type ClusterIdentity, identityFault } from "./ciliumObjects/setup";
import { UsageError } from "./host/commandLine";

/** Reads `kvstoremesh,apiserver`. @throws UsageError where one of them is no mode. */
export function readModes(text: string): readonly CiliumMode[] {
  return text.split(",").map((word) => {
    const mode = CILIUM_MODES.find((each) => each === word.trim());
    if (mode === undefined) {
      throw new UsageError(
        `--mode ${JSON.stringify(text)}: give one of ${CILIUM_MODES.join(", ")} for all clusters, or one for each with commas between them`,
      );
    }
    return mode;
  });
}

/** Reads `west:1,default:0`. @throws UsageError where one of them is no name and id that Cilium takes. */
export function readIdentities(text: string): readonly ClusterIdentity[] {
  return text.split(",").map((word) => {
    const [, name, digits] = /^\s*([^:]*):(\d+)\s*$/.exec(word) ?? [];
    const identity = name === undefined ? undefined : { name, id: Number(digits) };
    const fault =
      identity === undefined ? "give NAME:ID for each cluster, with commas between them" : identityFault(identity);
    if (identity === undefined || fault !== undefined) {
      throw new UsageError(`--identity ${JSON.stringify(text)}: ${JSON.stringify(word)}: ${fault ?? ""}`);
    }
    return identity;
  });
}
