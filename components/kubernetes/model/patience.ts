import type { Failure } from "./failure";

/** How long a cluster is asked before it counts as unreachable. */
export interface Patience {
  /** How long it may be silent, all tries together. */
  readonly limitSeconds: number;
  /** A read is repeated whatever became of it; anything else only where it was never sent. */
  readonly repeat: "always" | "unsent";
}

/** A try that failed. */
export interface FailedTry {
  readonly failure: Failure;
  /** What kubectl said. */
  readonly message: string;
  /** How long the cluster might be silent in this try. */
  readonly silenceSeconds: number;
}

/** The next try: after which pause it begins, and how long the cluster may be silent in it. */
export interface NextTry {
  readonly pauseSeconds: number;
  readonly silenceSeconds: number;
}

/** What is worth a repetition. */
const REPEATED: Readonly<Record<Patience["repeat"], readonly Failure[]>> = {
  always: ["unsent", "lost", "silent"],
  unsent: ["unsent"],
};

const MOST_SILENT_TRIES = 4;
const SHORTEST_TRY_SECONDS = 5;

/** After failures other than silence. An API server that restarts may be back by then, and one that is not there is named within seconds. */
const PAUSES_SECONDS = [0.5, 1.5];

/**
 * How long the cluster may be silent in each try: shares of the limit as 1, 2, 3 and 4. A connection that hangs does not get better by
 * waiting, and a new one may get through, so the first tries are short; a cluster may be slow, so the last one is long.
 */
function silences({ limitSeconds, repeat }: Patience): readonly number[] {
  const sum = (tries: number) => (tries * (tries + 1)) / 2;
  const most = repeat === "always" ? MOST_SILENT_TRIES : 1;
  const counts = Array.from({ length: most }, (_, index) => most - index);
  const count = counts.find((tries) => limitSeconds / sum(tries) >= SHORTEST_TRY_SECONDS) ?? 1;
  return Array.from({ length: count }, (_, index) => ((index + 1) * limitSeconds) / sum(count));
}

/** How long the cluster may be silent in the first try. */
export const firstTry = (patience: Patience): number => silences(patience)[0] ?? patience.limitSeconds;

/** What comes after the tries so far; `undefined` when the cluster counts as unreachable, or another try would not help. */
export function nextTry(patience: Patience, failed: readonly FailedTry[]): NextTry | undefined {
  const last = failed.at(-1)?.failure ?? "final";
  if (!REPEATED[patience.repeat].includes(last)) return undefined;
  const silent = failed.filter(({ failure }) => failure === "silent").length;
  const silenceSeconds = silences(patience)[silent];
  const pauseSeconds = last === "silent" ? 0 : PAUSES_SECONDS[failed.length - silent - 1];
  return silenceSeconds === undefined || pauseSeconds === undefined ? undefined : { pauseSeconds, silenceSeconds };
}

/** Whether a try was ended for nothing came back. A timeout that kubectl tells of is another one: an API server's own, of a kubelet, say. */
function isSilent({ message, silenceSeconds }: FailedTry): boolean {
  const words = silence(silenceSeconds);
  return message === words || message.startsWith(`${words}${SAID_MEANWHILE}`);
}

/** What came of tries that all failed: the words of the last one, or for how long there was no answer. */
export function failedWords(failed: readonly FailedTry[]): string {
  const last = failed.at(-1);
  const waited = failed.filter(isSilent).reduce((sum, { silenceSeconds }) => sum + silenceSeconds, 0);
  const words =
    last !== undefined && isSilent(last)
      ? silence(waited) + last.message.slice(silence(last.silenceSeconds).length)
      : (last?.message ?? "");
  return failed.length < 2 ? words : `${words} (tried ${failed.length} times)`;
}

const SAID_MEANWHILE = "; what kubectl runs for credentials has said: ";

/** What a credential plugin has said while nothing came back, by the words for that. */
export const saidMeanwhile = (words: string): string => words.split(SAID_MEANWHILE).slice(1).join(" ");

/** How it is said that nothing came back; with what a credential plugin has said, where it did. */
export function silence(seconds: number, said = ""): string {
  return `no answer within ${Math.round(seconds * 10) / 10} s${said === "" ? "" : SAID_MEANWHILE + said}`;
}
