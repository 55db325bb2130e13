import * as pulumi from "@pulumi/pulumi";
import { validateArgs } from "../components";
import { formatProblem, formatProblems } from "../components/model/problem";
import { readConfiguration } from "./configuration";
import { toEnvironment, type Environment } from "./environment";
import { preflight } from "./preflight";
import type { Configuration } from "./schema";

/** A stack's configuration that has passed every check. */
export interface Loaded {
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

/**
 * Reads and checks the stack's configuration, on paper and against the live clusters.
 *
 * @throws RunError with everything that is wrong: the form first, then all the rest together.
 */
export async function loadStack(): Promise<Loaded> {
  const read = readConfiguration(stackConfiguration());
  if (!read.ok) {
    throw new pulumi.RunError(
      formatProblems(`the configuration of stack ${pulumi.getStack()} cannot be used`, read.problems),
    );
  }
  const { configuration } = read;
  const { environment, problems } = toEnvironment(configuration, new Date());
  const { spec, settings, demo } = environment;
  const onPaper = [...problems, ...validateArgs(spec, settings, demo)];
  const live = onPaper.length > 0 ? { problems: [], warnings: [] } : await preflight(configuration, environment);
  const all = [...onPaper, ...live.problems];
  for (const warning of live.warnings) {
    await pulumi.log.warn(formatProblem(warning));
  }
  if (all.length > 0) {
    throw new pulumi.RunError(formatProblems(`the mesh of stack ${pulumi.getStack()} cannot work`, all));
  }
  return { configuration, environment };
}
