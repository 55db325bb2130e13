import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { runPulumi, type PulumiRun } from "../stacks/pulumiCli";
import { readDigest } from "./model/digest";
import { findingsOf } from "./model/findings";
import { withoutClusters } from "./model/paper";
import type { Finding, Preview } from "./model/preview";
import { paperStack } from "./paperStack";
import { previewMode } from "./previewMode";
import { scrub, scrubbed } from "./scrub";

const PREVIEW = ["preview", "--json"];

/** How a stack is looked at for drift: what the clusters and their objects are is read again. */
const DRIFT = [...PREVIEW, "--refresh"];
const SECRET_VARIABLES = ["PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"];

const secretsOf = (env: NodeJS.ProcessEnv) => SECRET_VARIABLES.flatMap((name) => env[name] ?? []);

type Result = Pick<Preview, "outcome" | "steps" | "findings" | "stepsLeft" | "findingsLeft">;

/** What the CLI says where it does not come to a preview, such as that it cannot log in. */
function failureOf({ stdout, stderr }: PulumiRun, secrets: readonly string[]): readonly Finding[] {
  const text = stderr.trim() === "" ? stdout : stderr;
  return findingsOf("error", scrub(text, secrets).slice(-20_000));
}

function resultOf(run: PulumiRun, secrets: readonly string[]): Result {
  const digest = readDigest(run.stdout, (message) => scrub(message, secrets));
  const { steps, findings, ...left } = digest ?? { steps: [], findings: [], stepsLeft: 0, findingsLeft: 0 };
  const isComplete = run.code === 0 && digest !== undefined;
  const said = findings.some(({ severity }) => severity === "error");
  return {
    outcome: isComplete ? "succeeded" : "failed",
    steps,
    ...left,
    findings: isComplete || said ? findings : [...findings, ...failureOf(run, secrets)],
  };
}

const skipped = (text: string): Result => ({
  outcome: "skipped",
  steps: [],
  stepsLeft: 0,
  findingsLeft: 0,
  findings: [{ severity: "info", about: "notLookedAt", text }],
});

/** Previews in a project of its own beside the real program, so that nothing is written into the working tree. */
async function previewOnPaper(stack: string, text: string, root: string, scratch: string, env: NodeJS.ProcessEnv) {
  const project = z
    .looseObject({ main: z.string().default(".") })
    .parse(parse(await readFile(join(root, "Pulumi.yaml"), "utf8")));
  const state = join(scratch, "state");
  await mkdir(state);
  await mkdir(join(scratch, "stacks"));
  await writeFile(
    join(scratch, "Pulumi.yaml"),
    stringify({ ...project, main: join(root, project.main), stackConfigDir: "stacks" }),
  );
  await writeFile(join(scratch, "stacks", `Pulumi.${stack}.yaml`), text);
  const onPaper = {
    ...env,
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
    // No contexts at all: one that has the name of a cluster here must not be asked.
    KUBECONFIG: "/dev/null",
  };
  const init = await runPulumi(["stack", "init", stack, "--no-select"], scratch, onPaper);
  return resultOf(
    init.code === 0 ? await runPulumi([...PREVIEW, "--stack", stack], scratch, onPaper) : init,
    secretsOf(env),
  );
}

/** Runs the CLI in the project itself; the environment may hold a kubeconfig's content as `KUBECONFIG_CONTENT`. */
async function againstState(args: readonly string[], root: string, scratch: string, env: NodeJS.ProcessEnv) {
  const { KUBECONFIG_CONTENT: content, ...rest } = env;
  if (!content) return runPulumi(args, root, rest);
  const kubeconfig = join(scratch, "kubeconfig");
  await writeFile(kubeconfig, content, { mode: 0o600 });
  return runPulumi(args, root, { ...rest, KUBECONFIG: kubeconfig });
}

/** What was made of a stack's preview, and how. */
type Made = Pick<Preview, "conditions" | "onPaper"> & Result;

async function preview(stack: string, root: string, scratch: string, env: NodeJS.ProcessEnv): Promise<Made> {
  const mode = previewMode(stack, env);
  if (mode.kind === "state") {
    const run = await againstState([...PREVIEW, "--stack", stack], root, scratch, env);
    return { conditions: "against the stack's state", onPaper: false, ...resultOf(run, secretsOf(env)) };
  }
  const conditions = `on paper, from nothing and without live checks: ${mode.reason}`;
  const paper = paperStack(await readFile(join(root, "stacks", `Pulumi.${stack}.yaml`), "utf8"));
  switch (paper.kind) {
    case "encrypted": {
      const keys = paper.keys.join(", ");
      return {
        conditions,
        onPaper: true,
        ...skipped(`${keys} can be decrypted only with the credentials of the stack`),
      };
    }
    case "cluster": {
      const why = `its mesh is in stack ${paper.of}, which is read with the credentials of the backend`;
      return { conditions, onPaper: true, ...skipped(why) };
    }
    case "ready":
      return {
        conditions,
        onPaper: true,
        ...withoutClusters(await previewOnPaper(stack, paper.text, root, scratch, env)),
      };
  }
}

/** Looks at a stack with a folder for what must not stay, and hands on nothing secret. */
async function looked(
  stack: string,
  env: NodeJS.ProcessEnv,
  look: (scratch: string) => Promise<Made>,
): Promise<Preview> {
  const scratch = await mkdtemp(join(tmpdir(), "clustermesh-preview-"));
  try {
    return scrubbed({ stack, ...(await look(scratch)) }, secretsOf(env));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Previews one stack of the project in `root`: against its state where the environment gives access to it, otherwise on paper. The
 * environment may hold a kubeconfig's content as `KUBECONFIG_CONTENT`.
 */
export const previewStack = (stack: string, root: string, env: NodeJS.ProcessEnv): Promise<Preview> =>
  looked(stack, env, (scratch) => preview(stack, root, scratch, env));

/**
 * Looks whether a stack's clusters and objects are what the last `up` has made of them: a preview of drift sets nothing right, and is complete against
 * the stack's state alone.
 */
export const driftOfStack = (stack: string, root: string, env: NodeJS.ProcessEnv): Promise<Preview> =>
  looked(stack, env, async (scratch) => {
    const mode = previewMode(stack, env);
    if (mode.kind === "paper") {
      return { conditions: `not at all: ${mode.reason}`, onPaper: true, ...skipped("nothing was looked at") };
    }
    const run = await againstState([...DRIFT, "--stack", stack], root, scratch, env);
    return { conditions: "for drift, against the stack's state", onPaper: false, ...resultOf(run, secretsOf(env)) };
  });
