import { KubectlError } from "./kubectlError";
import { silence } from "./model/patience";
import { logLine } from "./model/requestLog";
import type { GroupedProcess } from "./processGroup";

/** How long kubectl is waited for. */
export interface Limits {
  /** Until its first word: on a busy machine its start takes long, and a cluster has nothing to do with that. */
  readonly startMs: number;
  /** From then on until something comes back from the cluster, and again after everything that does. */
  readonly silenceMs: number;
}

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
    `kubectl has said nothing within ${String(ms / 1000)} s of its start; this machine is busy, or that is no kubectl`,
    "final",
  );

/**
 * Waits for kubectl to end, and ends it where nothing comes back.
 *
 * @param child kubectl, with the log of its requests ({@link REQUEST_LOG}).
 * @throws {@link KubectlError} when it cannot be started, or was ended.
 */
export function ending(child: GroupedProcess, stdin: string, { startMs, silenceMs }: Limits): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const out: Buffer[] = [];
    let words = "";
    let rest = "";
    let started: number | undefined;
    let silent: KubectlError | undefined;
    const watch = watchdog((reason) => {
      silent = reason;
      child.end();
    });
    const alive = () => {
      started ??= performance.now();
      watch.wait(silenceMs, () => new KubectlError(silence(silenceMs / 1000), "silent"));
    };
    watch.wait(startMs, () => notStarted(startMs));
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      alive();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const kinds = lines.map((line) => ({ line, kind: logLine(line) }));
      words += kinds.flatMap(({ line, kind }) => (kind === "words" ? `${line}\n` : [])).join("");
      if (started === undefined || kinds.some(({ kind }) => kind === "answer")) {
        alive();
      }
    });
    child.on("error", (error: Error) => {
      watch.stop();
      reject(new KubectlError(`kubectl cannot be started (${error.message}); install it and put it on PATH`, "final"));
    });
    child.on("close", (code: number | null) => {
      watch.stop();
      if (silent !== undefined) {
        reject(silent);
        return;
      }
      const end = performance.now();
      const spoke = started ?? end;
      const stderr = logLine(rest) === "words" ? words + rest : words;
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr, startMs: spoke - begin, answerMs: end - spoke });
    });
    // A process that ends early closes its end of the pipe; its exit code says what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}
