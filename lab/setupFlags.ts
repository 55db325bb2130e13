import {
  CILIUM_MODES,
  type CiliumMode,
  type ClusterIdentity,
  identityFault,
  IP_FAMILIES,
  type IpFamilies,
  type Routing,
  ROUTINGS,
} from "./ciliumObjects/setup";
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

/** Reads one of these words. @throws UsageError where it is none of them. */
function readWord<T extends string>(flag: string, words: readonly T[], text: string): T {
  const word = words.find((each) => each === text);
  if (word === undefined) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: give one of ${words.join(", ")}, for all clusters`);
  }
  return word;
}

/** Reads `tunnel` or `native`. @throws UsageError where it is neither. */
export const readRouting = (text: string): Routing => readWord("routing", ROUTINGS, text);

/** Reads `true` or `false`. @throws UsageError where it is neither. */
export const readKubeProxyReplacement = (text: string): boolean =>
  readWord("kube-proxy-replacement", ["true", "false"], text) === "true";

/** Reads `ipv4`, `dual-stack` or `ipv6`. @throws UsageError where it is none of them. */
export const readIpFamilies = (text: string): IpFamilies => readWord("ip-families", IP_FAMILIES, text);
