import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";

/** Starts a script of the bench as a process of its own, with a channel to it. */
export function forked(script: string, args: readonly string[] = []): ChildProcess {
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  return fork(script, args, { execArgv: ["--import", tsx], stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

/** The next thing that a process says. @throws Error when it ends without a word. */
export async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    const said = once(child, "message", { signal: over.signal });
    const ended = once(child, "exit", { signal: over.signal }).then(([code]: readonly unknown[]) => {
      throw new Error(`${child.spawnargs.at(-1) ?? "a process"} ended with ${String(code)}`);
    });
    const [message] = (await Promise.race([said, ended])) as readonly unknown[];
    return message;
  } finally {
    over.abort();
  }
}

/** Ends a process that ends with its channel. */
export async function endForked(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || !child.connected) {
    return;
  }
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}
