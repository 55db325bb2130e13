import { spawn } from "node:child_process";
import { cutText } from "../components/basics/model/bounded";

/** Runs the Pulumi CLI with these arguments, and gives what it printed. @throws Error with its words where it fails. */
export type PulumiCli = (args: readonly string[]) => Promise<string>;

/** The outputs of 255 clusters have about 1 MiB. */
const LONGEST_OUTPUT = 64 * 1024 * 1024;
const WORDS_BYTES = 4000;

/** What the CLI does not get: what Pulumi hands to programs and commands, and what changes what Node does. */
const WITHHELD = /^(PULUMI_CONFIG(_SECRET_KEYS)?$|PULUMI_COMMAND|CLUSTERMESH_|NODE_OPTIONS$|LANG$|LANGUAGE$|LC_)/;

/** The environment of the CLI: what its backend and its secrets provider need, and nothing that changes its words. */
export function pulumiEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return { ...Object.fromEntries(kept), PULUMI_SKIP_UPDATE_CHECK: "true", LC_ALL: "C.UTF-8" };
}

/** The CLI on PATH, in a project's folder. It asks nothing. */
export const pulumiIn =
  (root: string, env: NodeJS.ProcessEnv = process.env): PulumiCli =>
  (args) =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
        cwd: root,
        env: pulumiEnvironment(env),
        stdio: ["ignore", "pipe", "pipe"],
      });
      const printed: Buffer[] = [];
      let length = 0;
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONGEST_OUTPUT) child.kill();
        else printed.push(chunk);
      });
      child.stderr.on("data", (chunk: Buffer) => {
        if (said.length < WORDS_BYTES) said += chunk.toString();
      });
      child.on("error", ({ message }) => {
        reject(new Error(`pulumi cannot be started (${message}); install its CLI and put it on PATH`));
      });
      child.on("close", (code) => {
        if (length > LONGEST_OUTPUT) {
          reject(new Error(`pulumi ${args.join(" ")} printed more than ${LONGEST_OUTPUT} bytes`));
        } else if (code === 0) {
          resolve(Buffer.concat(printed).toString());
        } else {
          reject(new Error(`pulumi ${args.join(" ")} failed:\n${cutText(said.trim(), WORDS_BYTES)}`));
        }
      });
    });
