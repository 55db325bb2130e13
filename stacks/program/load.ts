import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../../components";
import { own } from "../../components/basics/model/own";
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
  /** Of the whole mesh, in a stack of every role, with what was seen of its clusters. */
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

/** Everything that is wrong, and what may pass with a warning. */
async function check({ read, role }: ReadStack): Promise<Preflight & { readonly stack?: Loaded }> {
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
  const stack = { role, environment, configuration: withSeen(configuration, live) };
  return { stack, problems: [...problems, ...live.problems], warnings, notes };
}

/** The clusters with what was seen of them, so that an `up` acts on it whose state knows of no change. */
function withSeen(configuration: Configuration, { changes = {}, seenAs = {}, reapply = {} }: Preflight): Configuration {
  const clusters = Object.entries(configuration.clusters).map(([name, cluster]) => {
    const [drift, identity, written] = [own(changes, name), own(seenAs, name), own(reapply, name)];
    const seen = {
      ...(drift === undefined ? {} : { drift }),
      ...(identity === undefined ? {} : { seenAs: identity }),
      ...(written === undefined ? {} : { reapply: written }),
    };
    return [name, { ...cluster, ...seen }] as const;
  });
  return { ...configuration, clusters: Object.fromEntries(clusters) };
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
