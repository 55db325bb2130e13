import { excerpt } from "../components/basics/model/bounded";
import { runPulumi } from "../stacks/pulumiCli";

/** Runs the Pulumi CLI with these arguments, and gives what it printed. @throws Error with its words where it fails. */
export type PulumiCli = (args: readonly string[]) => Promise<string>;

const WORDS_BYTES = 4000;

/** What the CLI does not get: what Pulumi hands to programs and commands, and what changes what Node does. */
const WITHHELD = /^(PULUMI_CONFIG(_SECRET_KEYS)?$|PULUMI_COMMAND|CLUSTERMESH_|NODE_OPTIONS$|LANG$|LANGUAGE$|LC_)/;

/** The environment of the CLI: what its backend and its secrets provider need, and nothing that changes its words. */
export function pulumiEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C.UTF-8" };
}

/** The CLI on PATH, in a project's folder. */
export const pulumiIn =
  (root: string, env: NodeJS.ProcessEnv = process.env): PulumiCli =>
  async (args) => {
    const { code, stdout, stderr } = await runPulumi(args, root, pulumiEnvironment(env));
    if (code === 0) return stdout;
    throw new Error(`pulumi ${args.join(" ")} failed:\n${excerpt(stderr.trim(), WORDS_BYTES)}`);
  };
