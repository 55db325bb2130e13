import * as pulumi from "@pulumi/pulumi";
import { refusal, report, type MeshPlan } from "../../components";
import { errors, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { Configuration } from "../configuration/schema";
import { readStack, type ReadStack } from "../roles/read";
import type { Role } from "../roles/role";
import type { Environment } from "./environment";
import { checkOnPaper } from "./onPaper";
import { preflight } from "./preflight";

/** A stack's configuration that has passed every check. */
export interface Loaded {
  readonly role: Role;
  /** Of the whole mesh, in a stack of every role. */
  readonly configuration: Configuration;
  readonly environment: Environment;
  /** What the mesh, or the authority, is made of. */
  readonly plan: MeshPlan;
}

/** The stack's values for the keys of this project, as Pulumi keeps them. */
function stackConfiguration(): Readonly<Record<string, string>> {
  const prefix = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig());
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
}

/** Everything that there is to say of a stack, on paper and of the live clusters. */
async function check({
  read,
  role,
}: ReadStack): Promise<{ readonly stack?: Loaded; readonly diagnostics: readonly Diagnostic[] }> {
  const { environment, plan, diagnostics } = checkOnPaper(read, new Date(), role);
  const { readable: configuration } = read;
  if (environment === undefined || configuration === undefined) {
    return { diagnostics };
  }
  const live = await preflight(configuration, environment, !pulumi.runtime.isDryRun());
  const all = [...diagnostics, ...live.diagnostics];
  if (plan === undefined || errors(all).length > 0) {
    return { diagnostics: all };
  }
  const { plan: observing, problems } = plan.observing(live.observed);
  return observing === undefined
    ? { diagnostics: [...all, ...problems] }
    : { stack: { role, configuration, environment, plan: observing }, diagnostics: all };
}

/**
 * Reads and checks the stack's configuration, on paper and against the live clusters.
 *
 * @throws RunError with everything that is wrong, before any resource is registered.
 */
export async function loadStack(): Promise<Loaded> {
  const { stack, diagnostics } = await check(await readStack(stackConfiguration()));
  const heading = `the mesh of stack ${pulumi.getStack()} cannot work`;
  await report(heading, diagnostics);
  if (stack === undefined) {
    throw refusal(heading, diagnostics);
  }
  return stack;
}
