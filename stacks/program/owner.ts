import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

/** Where Pulumi keeps states by default. */
const PULUMI_CLOUD = "https://api.pulumi.com";

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function field(text: string | undefined, read: (parsed: unknown) => unknown): string | undefined {
  try {
    const found = text === undefined ? undefined : read(parse(text));
    return typeof found === "string" && found !== "" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Where the CLI that runs this keeps its states, found as the CLI finds it: environment, project, login. A program is not given it. */
function backend(env: NodeJS.ProcessEnv, project: string): string {
  const inProject = () =>
    field(readText(join(project, "Pulumi.yaml")), (file) => (file as { backend?: { url?: unknown } }).backend?.url);
  const inLogin = () => {
    const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
    return field(readText(join(home, "credentials.json")), (file) => (file as { current?: unknown }).current);
  };
  return env["PULUMI_BACKEND_URL"] ?? inProject() ?? inLogin() ?? PULUMI_CLOUD;
}

/** The same place has one spelling: no options, no slash at its end, no `~`. */
function normalized(url: string): string {
  const [place = ""] = url.split("?");
  return place.replace(/^file:\/\/~/, `file://${homedir()}`).replace(/\/+$/, "");
}

/** A backend of one's own has none, and an old CLI does not tell it. */
function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return "organization";
  }
}

/** A stack by its name, and where its project lies. */
export interface StackName {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** The folder of `Pulumi.yaml`. */
  readonly root: string;
}

/**
 * Whose the objects of a stack are, unless its configuration has an owner: its full name, and a mark of where its state is. Two backends
 * may have stacks of one name; and what is known without the state is there as well when the state is lost.
 */
export function ownerOfStack({ organization: of, project, stack, root }: StackName, env: NodeJS.ProcessEnv): string {
  const place = createHash("sha256")
    .update(normalized(backend(env, root)))
    .digest("hex")
    .slice(0, 8);
  return `${of}/${project}/${stack}@${place}`;
}

/** The same of the stack that runs. */
export function stackOwner(env: NodeJS.ProcessEnv = process.env, root = pulumi.getRootDirectory()): string {
  return ownerOfStack(
    { organization: organization(), project: pulumi.getProject(), stack: pulumi.getStack(), root },
    env,
  );
}
