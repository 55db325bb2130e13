import { tellingLine } from "./tellingLine";

/** Why a question to a cluster came to nothing. */
export type Failure =
  /** It never got there: nothing listens, no way leads there, or the name is not known. */
  | "unsent"
  /** It may have got there: the connection broke, or the server could not answer just then. */
  | "lost"
  /** Nothing came back in time. */
  | "silent"
  /** Asking again would not help: credentials that are refused, a context that is missing, an object that is not there. */
  | "final";

/** What kubectl, its proxy and API servers say of failures that may pass. Everything else is final. */
const PASSING: readonly (readonly [Failure, RegExp])[] = [
  ["silent", /client\.timeout|deadline exceeded|i\/o timeout|handshake timeout|(connection|operation) timed out/i],
  [
    "unsent",
    /connection refused|was refused|no route to host|(network|host) is (unreachable|down)|no such host|name resolution|server misbehaving/i,
  ],
  [
    "lost",
    /connection reset|connection lost|broken pipe|\bEOF\b|GOAWAY|use of closed network connection|hang up|bad gateway|too many requests|shutting down/i,
  ],
  [
    "lost",
    /\(ServiceUnavailable\)|currently unable to handle|unable to return a response|has prevented the request from succeeding|apiserver not ready|\(re\)initializing|etcdserver: (request timed out|leader changed|no leader)/i,
  ],
];

/** A command in a pod has failed: kubectl has got there, whatever the command says. Or it asks a person, and there is none. */
const NO_MATTER_WHAT = /^(command terminated with exit code|please enter )/i;

const passing = (line: string): Failure | undefined => PASSING.find(([, pattern]) => pattern.test(line))?.[0];

/** Whether a line is about something that may pass. */
export const isPassing = (line: string): boolean => passing(line) !== undefined;

/** Why kubectl failed, by the line that says it. */
export function failureOf(words: string): Failure {
  const line = tellingLine(words);
  return NO_MATTER_WHAT.test(line) ? "final" : (passing(line) ?? "final");
}
