import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { paperStack } from "./paperStack";
import type { Preview } from "./previewComment";
import { previewMode } from "./previewMode";
import { pulumi, type PulumiRun } from "./pulumi";
import { scrub } from "./scrub";

const PREVIEW = ["preview", "--diff", "--suppress-progress"];
const SECRET_VARIABLES = ["PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"];

function outcomeOf({ code, text }: PulumiRun): Pick<Preview, "outcome" | "text"> {
  return { outcome: code === 0 ? "succeeded" : "failed", text };
}

/** Previews in a project of its own beside the real program, so that nothing is written into the working tree. */
async function previewOnPaper(stack: string, text: string, root: string, scratch: string, env: NodeJS.ProcessEnv) {
  const project = z.looseObject({}).parse(parse(await readFile(join(root, "Pulumi.yaml"), "utf8")));
  const state = join(scratch, "state");
  await mkdir(state);
  await mkdir(join(scratch, "stacks"));
  await writeFile(join(scratch, "Pulumi.yaml"), stringify({ ...project, main: root, stackConfigDir: "stacks" }));
  await writeFile(join(scratch, "stacks", `Pulumi.${stack}.yaml`), text);
  const onPaper = {
    ...env,
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
    // No contexts at all: one that has the name of a cluster here must not be asked.
    KUBECONFIG: "/dev/null",
  };
  const init = await pulumi(["stack", "init", stack, "--no-select"], scratch, onPaper);
  return outcomeOf(init.code === 0 ? await pulumi([...PREVIEW, "--stack", stack], scratch, onPaper) : init);
}

async function previewAgainstState(stack: string, root: string, scratch: string, env: NodeJS.ProcessEnv) {
  const { KUBECONFIG_CONTENT: content, ...rest } = env;
  if (!content) return outcomeOf(await pulumi([...PREVIEW, "--stack", stack], root, rest));
  const kubeconfig = join(scratch, "kubeconfig");
  await writeFile(kubeconfig, content, { mode: 0o600 });
  return outcomeOf(await pulumi([...PREVIEW, "--stack", stack], root, { ...rest, KUBECONFIG: kubeconfig }));
}

/**
 * Previews one stack of the project in `root`: against its state where the environment gives access to it, otherwise on paper. The
 * environment may hold a kubeconfig's content as `KUBECONFIG_CONTENT`.
 */
export async function previewStack(stack: string, root: string, env: NodeJS.ProcessEnv): Promise<Preview> {
  const scratch = await mkdtemp(join(tmpdir(), "clustermesh-preview-"));
  const secrets = SECRET_VARIABLES.flatMap((name) => env[name] ?? []);
  const result = (conditions: string, { outcome, text }: Pick<Preview, "outcome" | "text">): Preview => ({
    stack,
    conditions,
    outcome,
    text: scrub(text, secrets),
  });
  try {
    const mode = previewMode(stack, env);
    if (mode.kind === "state") {
      return result("against the stack's state", await previewAgainstState(stack, root, scratch, env));
    }
    const conditions = `on paper, from nothing and without live checks: ${mode.reason}`;
    const paper = paperStack(await readFile(join(root, "stacks", `Pulumi.${stack}.yaml`), "utf8"));
    if (paper.kind === "encrypted") {
      const text = `Skipped: ${paper.keys.join(", ")} can be decrypted only with the credentials of the stack.`;
      return result(conditions, { outcome: "skipped", text });
    }
    if (paper.kind === "cluster") {
      const text = `Skipped: its mesh is in stack ${paper.of}, which is read with the credentials of the backend.`;
      return result(conditions, { outcome: "skipped", text });
    }
    return result(conditions, await previewOnPaper(stack, paper.text, root, scratch, env));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
