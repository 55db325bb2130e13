import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const LONGEST_LINE = 80;

/**
 * Why a program is no plugin that can be started; `undefined` when it prints a port, as the engine waits for. It is ended then.
 *
 * @param limit Milliseconds until it has to.
 */
export function startFault(binary: string, env: NodeJS.ProcessEnv, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const answer = (fault: string | undefined): void => {
      clearTimeout(timer);
      lines.close();
      child.stdout.destroy();
      child.kill("SIGKILL");
      resolve(fault);
    };
    // One of another machine is run by a shell, and one that is empty as well: only what is printed tells.
    const child = spawn(binary, [], { env, stdio: ["ignore", "pipe", "ignore"] });
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => {
      answer(`prints no port within ${String(limit / 1_000)} s`);
    }, limit);
    lines.once("line", (line) => {
      answer(/^\d{1,5}$/.test(line) ? undefined : `prints ${JSON.stringify(line.slice(0, LONGEST_LINE))} and no port`);
    });
    child.once("error", ({ message }) => {
      answer(message);
    });
    child.once("close", (code, signal) => {
      answer(signal === null ? `ended with exit code ${String(code)}` : `ended by ${signal}`);
    });
  });
}
