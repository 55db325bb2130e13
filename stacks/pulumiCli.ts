import { spawn } from "node:child_process";

/** How a run of the Pulumi CLI ended, with what it wrote. */
export interface PulumiRun {
  /** Absent where it was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  /** At its end stands why, where it was ended here. */
  readonly stderr: string;
}

/** More than the preview of any mesh; what writes more than this is not read. */
const MOST_BYTES = 128 * 1024 * 1024;

/** A run that hangs must not keep its caller for ever. */
const LONGEST_MILLISECONDS = 15 * 60_000;

const ENDED = "after 15 minutes or 128 MiB at most";

/**
 * Runs the Pulumi CLI that is on PATH in a project's folder. It asks nothing; an exit code other than 0 is an answer and no error.
 *
 * @throws Error where there is none.
 */
export function runPulumi(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<PulumiRun> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ending = setTimeout(() => child.kill(), LONGEST_MILLISECONDS);
    const written: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
    let bytes = 0;
    const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
      else child.kill();
    };
    child.stdout.on("data", keep(written.stdout));
    child.stderr.on("data", keep(written.stderr));
    child.on("error", ({ message }) => {
      clearTimeout(ending);
      reject(new Error(`pulumi cannot be started (${message}); install its CLI and put it on PATH`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(ending);
      const why = signal === null ? "" : `\nerror: pulumi was ended by ${signal}, ${ENDED}`;
      const [stdout, stderr] = [written.stdout, written.stderr].map((chunks) => Buffer.concat(chunks).toString());
      resolve({ code, stdout: stdout ?? "", stderr: `${stderr ?? ""}${why}` });
    });
  });
}
