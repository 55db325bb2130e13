import { KubectlError } from "./kubectlError";
import { silence } from "./model/patience";
import { logLine } from "./model/requestLog";
import { waitingLine } from "./model/tellingLine";
import type { GroupedProcess } from "./processGroup";

/** How long kubectl is waited for. */
export interface Limits {
  /** Until its first word: on a busy machine its start takes long, and a cluster has nothing to do with that. */
  readonly startMs: number;
  /** From then on until something comes back from the cluster, and again after everything that does. */
  readonly silenceMs: number;
  /** How much it may print, in bytes. @default 64 MiB */
  readonly answerBytes?: number;
  /** What it was asked, for the error. */
  readonly question?: string;
}

const MIB = 2 ** 20;
const ANSWER_BYTES = 64 * MIB;
/** Of its words the last ones are kept: they show what came of it. */
const WORDS_KEPT = MIB;

/** How kubectl ended, what it said, and how long it took. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Without the log of its requests. */
  readonly stderr: string;
  /** Until its first word. */
  readonly startMs: number;
  /** From then on. */
  readonly answerMs: number;
}

/** A timer that is set again with every sign of life. */
function watchdog(bark: (reason: KubectlError) => void) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(timer);
  };
  const wait = (ms: number, reason: () => KubectlError) => {
    stop();
    const set = setTimeout(() => {
      // This program may have been held up itself: what came in meanwhile is read first, and sets another timer.
      setImmediate(() => {
        if (timer === set) bark(reason());
      });
    }, ms);
    timer = set;
  };
  return { wait, stop };
}

const notStarted = (ms: number) =>
  new KubectlError(
    `kubectl has said nothing within ${ms / 1000} s of its start; this machine is busy, or that is no kubectl`,
    "final",
  );

const wordless = () =>
  new KubectlError(
    "kubectl has ended without a word, and nothing shows that it ran; see what is on PATH under its name",
    "final",
  );

const tooLong = (bytes: number, question = "") =>
  new KubectlError(`kubectl ${question} answers with more than ${bytes / MIB} MiB`, "final");

/**
 * Waits for kubectl to end, and ends it where nothing comes back, or more than can be kept.
 *
 * @param child kubectl, with the log of its requests ({@link REQUEST_LOG}).
 * @throws {@link KubectlError} when it cannot be started, or was ended.
 */
export function ending(
  child: GroupedProcess,
  stdin: string,
  { startMs, silenceMs, answerBytes = ANSWER_BYTES, question }: Limits,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const out: Buffer[] = [];
    let words = "";
    let rest = "";
    let started: number | undefined;
    let hasAnswer = false;
    let length = 0;
    let ended: KubectlError | undefined;
    const end = (reason: KubectlError) => {
      ended ??= reason;
      child.end();
    };
    const watch = watchdog(end);
    const allWords = () => (logLine(rest) === "words" ? words + rest : words);
    const alive = () => {
      started ??= performance.now();
      // Before the first answer kubectl itself prints nothing: the words are those of what it runs for credentials, and may wait for a person.
      const said = () => (hasAnswer ? "" : waitingLine(allWords()));
      watch.wait(silenceMs, () => new KubectlError(silence(silenceMs / 1000, said()), "silent"));
    };
    watch.wait(startMs, () => notStarted(startMs));
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > answerBytes) {
        out.length = 0;
        end(tooLong(answerBytes, question));
        return;
      }
      out.push(chunk);
      hasAnswer = true;
      alive();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-WORDS_KEPT);
      const kinds = lines.map((line) => ({ line, kind: logLine(line) }));
      words += kinds.flatMap(({ line, kind }) => (kind === "words" ? `${line}\n` : [])).join("");
      words = words.slice(-WORDS_KEPT);
      const answers = kinds.some(({ kind }) => kind === "answer");
      hasAnswer ||= answers;
      if (started === undefined || answers) alive();
    });
    child.on("error", (error: Error) => {
      watch.stop();
      reject(new KubectlError(`kubectl cannot be started (${error.message}); install it and put it on PATH`, "final"));
    });
    child.on("close", (code: number | null) => {
      watch.stop();
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      // It logs its start: an empty file in its place would otherwise count as an answer that nothing is there.
      if (code === 0 && started === undefined) {
        reject(wordless());
        return;
      }
      const now = performance.now();
      const spoke = started ?? now;
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: allWords(),
        startMs: spoke - begin,
        answerMs: now - spoke,
      });
    });
    // A process that ends early closes its end of the pipe; its exit code shows what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}
