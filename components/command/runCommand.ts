import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { COMMAND_LINE } from "./commandLine";
import { commandRunner } from "./nodeCommand";
import { INPUT_VARIABLE } from "./protocol";

/** A deploy-time command that the program runs itself, to learn something before anything is registered. */
export interface CommandRun {
  readonly script: string;
  readonly verb: string;
  /** Its plain input as JSON. */
  readonly input: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a command printed. @throws Error with its own words where it failed. */
export async function runCommand({ script, verb, input, secrets }: CommandRun): Promise<string> {
  const child = spawn("node", [...COMMAND_LINE, commandRunner(), script, verb], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], [INPUT_VARIABLE]: input },
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(secrets));
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  if (ended !== 0) {
    throw new Error(stderr.trim() === "" ? `${script} ${verb} ended with ${String(ended)}` : stderr.trim());
  }
  return stdout;
}
