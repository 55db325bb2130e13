import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join, resolve } from "node:path";
import { COMMAND_LINE } from "../../../components/command/commandLine";
import { INPUT_VARIABLE } from "../../../components/command/protocol";
import { ensureBuilt } from "./built";

const ROOT = resolve(__dirname, "..", "..", "..");

/** A room's deploy-time program, as Pulumi runs it. */
export interface ScriptRun {
  readonly script: string;
  readonly verb: string;
  readonly input: object;
  readonly env: NodeJS.ProcessEnv;
  /** Its secrets, as standard input has them. @default none */
  readonly stdin?: string;
}

/** How it ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a script; its standard input is for the caller to end. */
export function launchScript({ script, verb, input, env }: ScriptRun): ChildProcessWithoutNullStreams {
  ensureBuilt();
  return spawn(process.execPath, [...COMMAND_LINE, join(ROOT, "components", "command", "run.cjs"), script, verb], {
    cwd: ROOT,
    env: { ...env, [INPUT_VARIABLE]: JSON.stringify(input) },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs a script to its end. */
export async function runScript(run: ScriptRun): Promise<Ended> {
  const child = launchScript(run);
  child.stdin.end(run.stdin ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout, stderr };
}
