import { spawn } from "node:child_process";

/** How a run of the Pulumi CLI ended, with all that it wrote. */
export interface PulumiRun {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the Pulumi CLI in a project's folder; an exit code other than 0 is an answer and no error. */
export function pulumi(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<PulumiRun> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => {
      reject(new Error(`pulumi cannot be started (${error.message}); install its CLI and put it on PATH`));
    });
    child.on("close", (code) => {
      resolve({ code, text: Buffer.concat(chunks).toString() });
    });
  });
}
