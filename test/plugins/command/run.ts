import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Printed, Run } from "./inputs";

/** Ends a run early and takes its log lines. */
export interface RunContext {
  readonly cancelled: AbortSignal;
  log(line: string): void;
}

const withoutNewline = (text: string) => text.replace(/\n$/, "");

function collect(stream: Readable, both: Buffer[], log: ((line: string) => void) | undefined): () => string {
  const own: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    own.push(chunk);
    both.push(chunk);
  });
  if (log !== undefined) createInterface({ input: stream }).on("line", log);
  return () => Buffer.concat(own).toString();
}

/**
 * Runs `interpreter… command`, the command's text being the last argument.
 *
 * @throws when the program cannot be started or ends with another status than 0: with everything that it printed.
 */
export function run(
  { command, interpreter, dir, environment, stdin, logging }: Run,
  context: RunContext,
): Promise<Printed> {
  const [program = "/bin/sh", ...args] = interpreter;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, command], {
      cwd: dir,
      env: { ...process.env, ...environment },
      stdio: [stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
      signal: context.cancelled,
      killSignal: "SIGKILL",
    });
    const both: Buffer[] = [];
    const fail = (reason: string) => {
      reject(new Error(`${reason}: running ${JSON.stringify(command)}:\n${Buffer.concat(both).toString()}`));
    };
    let ended: string | undefined;
    child.on("error", (error) => {
      const missing = existsSync(dir) ? `exec: ${error.message}` : `chdir ${dir}: no such file or directory`;
      ended ??= error.name === "AbortError" ? "signal: killed" : missing;
      if (child.pid === undefined) fail(ended);
    });
    const log = (line: string) => {
      context.log(line);
    };
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) return;
    const out = collect(stdout, both, logging.stdout ? log : undefined);
    const err = collect(stderr, both, logging.stderr ? log : undefined);
    child.on("close", (status, signal) => {
      if (status === 0) resolve({ stdout: withoutNewline(out()), stderr: withoutNewline(err()) });
      else fail(ended ?? (signal === null ? `exit status ${String(status)}` : `signal: ${signal}`));
    });
    // A command that does not read its input to the end is no failure.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
  });
}
