import { EndedError } from "../../basics/model/ending";
import { noAccess, ACCESS_FIXES, type NoAccessKind } from "../../kubernetes/model/noAccess";

/** The way out where no way leads to a cluster. Only the last of it is about one that is lost: of one that lives, half would stay. */
const NETWORK_STEPS =
  "check address, network and VPN, and run this again. Only where the cluster does not exist any more, and will never answer, take two steps: " +
  "1. list it with lost: true and run pulumi up, 2. remove it from the configuration and run pulumi up";

/** The way out for a cluster that is to leave with credentials that are out of date. */
const ACCESS_STEPS =
  "these credentials are those of the last up: 1. list it with a context or kubeconfig that works and run pulumi up, 2. then remove it";

/** Why a cluster is not reached, where the way out is in steps that say what to run. */
const STEPS: Readonly<Partial<Record<NoAccessKind, string>>> = {
  network: NETWORK_STEPS,
  kubeconfig: ACCESS_STEPS,
  credentials: ACCESS_STEPS,
  tls: ACCESS_STEPS,
};

/** An error of kubectl in a line, with what to do about it where it shows why kubectl got nothing out of a cluster that is to be given back. */
export function withAdvice(message: string): string {
  const { kind, line } = noAccess(message);
  return kind === "other" ? line : `${line}; ${STEPS[kind] ?? ACCESS_FIXES[kind].fix}`;
}

/** The error of a cluster that is to be given back, in these words. */
export function leavingFailure(cluster: string, cause: Error): Error {
  const words = `cluster ${JSON.stringify(cluster)}: ${withAdvice(cause.message)}`;
  return STEPS[noAccess(cause.message).kind] === undefined
    ? new Error(words, { cause })
    : new EndedError(words, "saysWhatToRun", { cause });
}
