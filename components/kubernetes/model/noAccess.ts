import { isPassing } from "./failure";
import { saidMeanwhile } from "./patience";
import { ASKS_PERSON, tellingLine } from "./tellingLine";

/**
 * Why kubectl got nothing out of a cluster: it did not run, its kubeconfig cannot be used, its credentials are not there or not taken, its user
 * may not do that, the server is not trusted, or no way leads there. `other` is what the cluster said of the question itself.
 */
export type NoAccessKind = "kubectl" | "kubeconfig" | "credentials" | "permission" | "tls" | "network" | "other";

/** In this order: a proxy that refuses is no server that does, and `connection refused` by the port of no kubeconfig is no network. */
const KINDS: readonly (readonly [NoAccessKind, RegExp])[] = [
  ["kubectl", /^kubectl (proxy )?(cannot be started|has said nothing|has not started)/],
  ["permission", /\(Forbidden\)|\bis forbidden\b|^error: .*forbidden:/i],
  [
    "credentials",
    /getting credentials|exec plugin|unauthorized|must be logged in|provide credentials|auth plugin has been removed|no auth provider found|failed to refresh token|oauth2:|invalid_grant|remote error: tls|please enter (username|password)|token (has |is )?expired/i,
  ],
  [
    "kubeconfig",
    /context\b.* (does not exist|not found)|context was not found|(cluster|auth info|user) ".*" does not exist|no configuration has been provided|loading config|invalid configuration|error in configuration|incomplete configuration|unable to (read|load) (client-|root |certificate)|root certificates file with the insecure flag|no server found for|stat .*no such file|localhost:8080|failed to find any PEM|private key does not match|unable to parse the server|invalid port|missing port/i,
  ],
  ["tls", /x509:|failed to verify certificate|tls: (?!.*timeout)|gave HTTP response to HTTPS client|malformed HTTP/i],
  ["network", /no answer within|dial tcp|proxyconnect|unable to connect to the server/i],
];

const LONGEST_LINE = 300;

/** Nothing came back, for a credential plugin waits for a log-in. */
const asksPerson = (line: string): boolean => ASKS_PERSON.test(saidMeanwhile(line));

/** Reads kubectl's words for why it got nothing, and finds the line that shows it. */
export function noAccess(words: string): { readonly kind: NoAccessKind; readonly line: string } {
  const line = tellingLine(words);
  const kind = asksPerson(line)
    ? "credentials"
    : (KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? (isPassing(line) ? "network" : "other"));
  const shown = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line;
  return { kind, line: shown === "" ? "no reason given" : shown };
}

/** A way to repair each, before anything is written. */
export const ACCESS_FIXES: Readonly<Record<NoAccessKind, { readonly what: string; readonly fix: string }>> = {
  kubectl: { what: "kubectl does not run", fix: "install kubectl where pulumi runs, and put it on PATH" },
  kubeconfig: {
    what: "the kubeconfig cannot be used",
    fix: "see kubectl config get-contexts where pulumi runs, and correct context or kubeconfig of this cluster",
  },
  credentials: {
    what: "credentials are missing or not taken",
    fix:
      "install the credential plugin that the kubeconfig names, or log in, where pulumi runs, until kubectl get namespace kube-system works " +
      "there; or give a kubeconfig with credentials of its own",
  },
  permission: {
    what: "the kubeconfig's user may not read what is needed",
    fix: "give the user the roles in docs/permissions",
  },
  tls: {
    what: "the API server is not trusted",
    fix:
      "get the kubeconfig again from where the cluster was made: its certificate-authority is not that of this server, another server answers " +
      "at this address, or a proxy stands between",
  },
  network: {
    what: "cannot be reached",
    fix: "check address, network and VPN",
  },
  other: {
    what: "cannot be asked",
    fix: "see what kubectl get namespace kube-system says where pulumi runs",
  },
};

/** An error of kubectl in a line, with what to do about it where it shows why kubectl got nothing out of a cluster. */
export function withFix(words: string): string {
  const { kind, line } = noAccess(words);
  return kind === "other" ? line : `${line}; ${ACCESS_FIXES[kind].fix}`;
}
