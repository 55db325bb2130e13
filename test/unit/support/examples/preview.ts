import assert from "node:assert/strict";
import { formatDiagnostic, type Diagnostic } from "../../../../components/mesh/model/diagnostic";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { checkOnPaper } from "../../../../stacks/program/onPaper";
import { preflight } from "../../../../stacks/program/preflight";
import { clustersOf, stackValues } from "../../../support/examples/exampleFiles";
import { bySeverity, lines } from "../mesh/mesh";
import { run } from "../pulumiMocks";
import type { ScriptedKubectl } from "../kubernetes/scriptedKubectl";
import { texts } from "../stacks/configuration";
import { clustersScript } from "./answerKubectl";
import { clusterObjects, type ExampleCluster } from "./exampleCluster";

/** What the first preview of a stack says, by what becomes of it. */
export type Said = ReturnType<typeof bySeverity>;

/** How an example is changed for a preview. */
export interface Change {
  /** Settings of the stack in place of those of the example. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** What a stack comes to in `pulumi preview`, before anything is registered: as `loadStack` has it. */
async function check(values: Readonly<Record<string, unknown>>): Promise<readonly Diagnostic[]> {
  const read = readConfiguration(texts(values));
  const { environment, plan, diagnostics } = checkOnPaper(read, new Date());
  if (environment === undefined || read.readable === undefined) return diagnostics;
  const live = await preflight(read.readable, environment);
  const all = [...diagnostics, ...live.diagnostics];
  if (plan === undefined || bySeverity(all).problems.length > 0) return all;
  return [...all, ...plan.observing(live.observed).problems];
}

/** Previews an example with its clusters in memory. */
export async function previewExample(
  kubectl: ScriptedKubectl,
  example: string,
  clusters: Readonly<Record<string, ExampleCluster>>,
  { values = {} }: Change = {},
): Promise<Said> {
  const known = clustersOf(example);
  assert.deepEqual(Object.keys(clusters).sort(), Object.keys(known).sort());
  const made = await Promise.all(
    Object.entries(clusters).map(async ([name, given]) => {
      return [known[name]?.context ?? name, await clusterObjects(example, name, given)] as const;
    }),
  );
  kubectl.script(clustersScript(Object.fromEntries(made)));
  const { result } = await run(() => check({ ...stackValues(example), ...values }), true);
  return bySeverity(result);
}

/** Asserts that a preview has nothing against a mesh, and warns of this alone. */
export function assertAccepted({ problems, warnings }: Said, expected: readonly string[] = []): void {
  assert.deepEqual(lines(problems), []);
  assert.deepEqual(lines(warnings), expected);
}

/** The line of a preview that begins so; fails where there is none. */
export function lineOf(all: readonly Diagnostic[], beginning: string): string {
  const said = all.map(formatDiagnostic);
  return said.find((line) => line.startsWith(beginning)) ?? assert.fail(`no line ${beginning}:\n${said.join("\n")}`);
}
