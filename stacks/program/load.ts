import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../../components";
import { formatProblem } from "../../components/mesh/model/problem";
import type { Configuration } from "../configuration/schema";
import { readStack, type ReadStack } from "../roles/read";
import type { Role } from "../roles/role";
import type { Environment } from "./environment";
import { checkOnPaper } from "./onPaper";
import { preflight, type Preflight } from "./preflight";
import { adoptedEndings, shortenedLeaves, weakCas } from "./rotation";
import { secretSize } from "./secretSize";

/** A stack's configuration that has passed every check. */
export interface Loaded {
  readonly role: Role;
  /** Of the whole mesh, in a stack of every role. */
  readonly configuration: Configuration;
  readonly environment: Environment;
}

/** The stack's values for the keys of this project, as Pulumi keeps them. */
function stackConfiguration(): Readonly<Record<string, string>> {
  const prefix = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig());
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
}

interface Checked extends Omit<Preflight, "observed"> {
  readonly stack?: Loaded;
}

/** Everything that is wrong, and what may pass with a warning. */
async function check({ read, role }: ReadStack): Promise<Checked> {
  const now = new Date();
  const { environment, problems } = checkOnPaper(read, now, role);
  const { readable: configuration } = read;
  if (environment === undefined || configuration === undefined) {
    return { problems, warnings: [], notes: [] };
  }
  const live = await preflight(configuration, environment, !pulumi.runtime.isDryRun());
  const warnings = [
    ...weakCas(configuration),
    ...adoptedEndings(configuration, now),
    ...secretSize(configuration, environment).warnings,
    ...live.warnings,
  ];
  const notes = [...shortenedLeaves(configuration, environment, now), ...live.notes];
  const { observed } = live;
  const stack = { role, configuration, environment: { ...environment, observed } };
  return { stack, problems: [...problems, ...live.problems], warnings, notes };
}

/**
 * Reads and checks the stack's configuration, on paper and against the live clusters.
 *
 * @throws RunError with everything that is wrong, before any resource is registered.
 */
export async function loadStack(): Promise<Loaded> {
  const { stack, problems, warnings, notes } = await check(await readStack(stackConfiguration()));
  for (const note of notes) {
    await pulumi.log.info(formatProblem(note));
  }
  for (const warning of warnings) {
    await pulumi.log.warn(formatProblem(warning));
  }
  if (problems.length > 0 || stack === undefined) {
    throw refusal(`the mesh of stack ${pulumi.getStack()} cannot work`, problems);
  }
  return stack;
}
