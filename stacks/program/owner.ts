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

/**
 * Whose the objects of this stack are, unless its configuration has an owner: its full name, and a mark of where its state is. Two backends
 * may have stacks of one name; and what is known without the state is there as well when the state is lost.
 */
export function stackOwner(env: NodeJS.ProcessEnv = process.env, project = pulumi.getRootDirectory()): string {
  const place = createHash("sha256")
    .update(normalized(backend(env, project)))
    .digest("hex")
    .slice(0, 8);
  return `${organization()}/${pulumi.getProject()}/${pulumi.getStack()}@${place}`;
}
