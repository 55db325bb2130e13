import { spawn } from "node:child_process";

/** How a run of the Pulumi CLI ended, with what it wrote. */
export interface PulumiRun {
  /** Absent where it was ended, here or by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  /** At its end stands why, where it was ended here. */
  readonly stderr: string;
}

/** What a run may take. */
interface Limits {
  /** A run that hangs must not keep its caller for ever. */
  readonly milliseconds: number;
  /** What writes more than this is not read. */
  readonly bytes: number;
  /** Both, for people. */
  readonly words: string;
  /** How long it has to end by itself, once it is told to. */
  readonly graceMilliseconds: number;
}

/** More than the preview of any mesh. */
const LIMITS: Limits = {
  milliseconds: 15 * 60_000,
  bytes: 128 * 1024 * 1024,
  words: "15 minutes or 128 MiB",
  graceMilliseconds: 30_000,
};

/**
 * Runs the Pulumi CLI that is on PATH in a project's folder. It asks nothing; an exit code other than 0 is an answer and no error.
 *
 * @throws Error where there is none.
 */
export function runPulumi(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  { milliseconds, bytes: most, words, graceMilliseconds }: Limits = LIMITS,
): Promise<PulumiRun> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let killing: NodeJS.Timeout | undefined;
    const end = () => {
      if (killing !== undefined) return;
      child.kill();
      // It may not listen, or leave a plugin behind that holds its output open.
      killing = setTimeout(() => {
        child.kill("SIGKILL");
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMilliseconds);
    };
    const ending = setTimeout(end, milliseconds);
    const stop = () => {
      clearTimeout(ending);
      clearTimeout(killing);
    };
    const written: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
    let bytes = 0;
    const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) chunks.push(chunk);
      else end();
    };
    child.stdout.on("data", keep(written.stdout));
    child.stderr.on("data", keep(written.stderr));
    child.on("error", ({ message }) => {
      stop();
      reject(new Error(`pulumi cannot be started (${message}); install its CLI and put it on PATH`));
    });
    child.on("close", (code, signal) => {
      stop();
      const isEnded = killing !== undefined || signal !== null;
      const by = signal === null ? "" : ` by ${signal}`;
      const why = isEnded ? `\nerror: pulumi was ended${by}, after ${words} at most` : "";
      const [stdout, stderr] = [written.stdout, written.stderr].map((chunks) => Buffer.concat(chunks).toString());
      // What it has ended with, told to, is no answer.
      resolve({ code: isEnded ? null : code, stdout: stdout ?? "", stderr: `${stderr ?? ""}${why}` });
    });
  });
}
