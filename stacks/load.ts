import * as pulumi from "@pulumi/pulumi";
import { refusal, validateArgs } from "../components";
import { formatProblem, type Problem } from "../components/model/problem";
import { readConfiguration, type ReadConfiguration } from "./configuration";
import { toEnvironment, type Environment } from "./environment";
import { preflight, type Preflight } from "./preflight";
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

/** Everything that is wrong, and what may pass with a warning. Parts that cannot be read do not keep the rest from being checked. */
async function check(read: ReadConfiguration): Promise<Preflight & { readonly environment?: Environment }> {
  const { readable, unreadableClusters } = read;
  if (readable === undefined) {
    return { problems: read.problems, warnings: [] };
  }
  const { environment, problems } = toEnvironment(readable, new Date());
  const { spec, settings, demo } = environment;
  const live = await preflight(readable, environment);
  // With clusters left out, how many there are and which of them the demo names cannot be judged.
  const aboutTheWhole = ({ cluster, property }: Problem) =>
    unreadableClusters.length > 0 && cluster === undefined && /^(clusters$|demo\.)/.test(property);
  const onPaper = validateArgs(spec, settings, demo).filter((problem) => !aboutTheWhole(problem));
  return {
    environment,
    problems: [...read.problems, ...problems, ...onPaper, ...live.problems],
    warnings: live.warnings,
  };
}

/**
 * Reads and checks the stack's configuration, on paper and against the live clusters.
 *
 * @throws RunError with everything that is wrong, before any resource is registered.
 */
export async function loadStack(): Promise<Loaded> {
  const read = readConfiguration(stackConfiguration());
  const { environment, problems, warnings } = await check(read);
  for (const warning of warnings) {
    await pulumi.log.warn(formatProblem(warning));
  }
  if (problems.length > 0 || environment === undefined || read.readable === undefined) {
    throw refusal(`the mesh of stack ${pulumi.getStack()} cannot work`, problems);
  }
  return { configuration: read.readable, environment };
}
