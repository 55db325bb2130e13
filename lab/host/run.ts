import { spawn } from "node:child_process";

/** What to give a child process besides its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  /** The child's whole environment; the parent's when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for standard input; closed at once when left out. */
  readonly stdin?: string;
}

/** What a child process wrote before it ended with 0. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process that could not start or did not end with 0; `stdout` and `stderr` hold all that it wrote. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  declare readonly stdout: string;
  declare readonly stderr: string;

  constructor(
    message: string,
    readonly exitCode: number | null,
    { stdout, stderr }: RunResult,
  ) {
    super(message);
    // Not enumerable: a printed error shows its message, and not megabytes of output.
    Object.defineProperties(this, { stdout: { value: stdout }, stderr: { value: stderr } });
  }
}

/** An error's words, without its stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const LONGEST_LINE = 300;

/** The last lines of a text, for messages; very long ones are cut. */
export const lastLines = (text: string, count: number): string =>
  text
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
    .join("\n");

/**
 * Runs a program to its end and returns what it wrote.
 * @throws CommandError that names the program, how it ended and its last lines.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: "pipe" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // A program that ends without reading its input closes the pipe; its exit code shows what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    const what = `${command} ${args.slice(0, 3).join(" ")}`;
    child.on("error", (error) => {
      reject(new CommandError(`${what}: cannot start: ${error.message}`, null, { stdout: "", stderr: "" }));
    });
    child.on("close", (code, signal) => {
      const stdout = Buffer.concat(out).toString();
      const stderr = Buffer.concat(err).toString();
      if (code === 0) {
        resolve({ stdout, stderr });
        return;
      }
      const how = code === null ? `signal ${String(signal)}` : `exit code ${code}`;
      reject(new CommandError(`${what}: ${how}\n${lastLines(stderr || stdout, 20)}`, code, { stdout, stderr }));
    });
  });
}
