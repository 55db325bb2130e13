import { spawn } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(__dirname, "..", "..");
/** What a level may take to end by itself once it is asked to. */
const TERMINATE_MS = 5_000;

/** How a program ended, and all that it printed. */
export interface Execution {
  /** `undefined` when it passed; otherwise how it ended, in words. */
  readonly fault: string | undefined;
  readonly output: string;
}

/** Ends a process with all that it has started and that has begun no session of its own. */
function killGroup(leader: number, name: NodeJS.Signals): void {
  try {
    process.kill(-leader, name);
  } catch {
    // The last one has gone.
  }
}

function faultOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? undefined : `ended with exit code ${String(code)}`;
}

/**
 * Runs a program of a level; levels run side by side, so what it prints is kept until it has ended. What it leaves running ends with it,
 * or it would run beside the next level, and keep the output open.
 *
 * @param stop Ends the program before its time.
 */
export function execute(command: readonly string[], env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<Execution> {
  const [file = "", ...args] = command;
  return new Promise((done) => {
    // Of a group of its own: a Ctrl-C of the terminal reaches this program alone, which then ends it in order.
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const { pid } = child;
    const chunks: Buffer[] = [];
    let patience: NodeJS.Timeout | undefined;
    const end = (): void => {
      if (pid === undefined) return;
      killGroup(pid, "SIGTERM");
      patience = setTimeout(() => {
        killGroup(pid, "SIGKILL");
      }, TERMINATE_MS);
    };
    const endNow = (): void => {
      if (pid !== undefined) killGroup(pid, "SIGKILL");
    };
    process.once("exit", endNow);
    const finish = (fault: string | undefined): void => {
      stop.removeEventListener("abort", end);
      process.removeListener("exit", endNow);
      done({ fault, output: Buffer.concat(chunks).toString() });
    };
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", ({ message }) => {
      finish(`cannot be started: ${message}`);
    });
    child.on("exit", () => {
      clearTimeout(patience);
      endNow();
    });
    child.on("close", (code, signal) => {
      finish(faultOf(code, signal));
    });
  });
}
