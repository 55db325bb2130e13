import { setMaxListeners } from "node:events";
import { constants } from "node:os";
import { endProcess } from "../../lab/host/daemon";
import { childrenOf } from "../../lab/host/processIdentity";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** As a shell counts what a signal has ended. */
const codeOf = (signal: (typeof SIGNALS)[number]): number => 128 + constants.signals[signal];

/** How a run is told to end early, and ends. */
export interface Interruption {
  readonly stop: AbortSignal;
  /** Ends this program with an exit code, or with that of the signal which has stopped it. */
  readonly end: (code: number) => Promise<void>;
}

/**
 * Has the first SIGINT, SIGTERM or SIGHUP stop a run in order, its servers included, and the second one end it at once. So does a reader that
 * has gone: what a run does without one, nobody would know.
 */
export function interruption(): Interruption {
  const controller = new AbortController();
  // Each level listens, and each of its programs.
  setMaxListeners(0, controller.signal);
  let interrupted: number | undefined;
  const stopBy = (code: number, reason: string): void => {
    if (interrupted !== undefined) process.exit(code);
    interrupted = code;
    process.exitCode = code;
    process.stdout.write(`\n${reason}: ending what is under way, servers of the tests included\n`);
    controller.abort(reason);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      stopBy(codeOf(signal), `interrupted by ${signal}`);
    });
  }
  process.stdout.on("error", () => {
    if (interrupted === undefined) stopBy(1, "interrupted: nobody reads the output");
  });
  const end = async (code: number): Promise<void> => {
    process.exitCode = interrupted ?? code;
    if (interrupted === undefined) return;
    // What was being built; it would go on for minutes.
    await Promise.all(childrenOf(process.pid).map((child) => endProcess(child)));
    process.exit();
  };
  return { stop: controller.signal, end };
}
