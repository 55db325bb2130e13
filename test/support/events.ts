/** One step of an engine run: what was or would be done to which resource. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  /** Properties that differ, as the engine saw them. */
  readonly diffs: readonly string[];
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string; readonly urn?: string };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly diffs?: readonly string[] | null;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

/** Reads the log that the CLI writes with `--event-log`: a JSON object a line. */
export function readEvents(log: string): readonly EngineEvent[] {
  return log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
}

/** The steps in the order in which the engine began them. */
export function stepsOf(events: readonly EngineEvent[]): readonly Step[] {
  return events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) {
      return [];
    }
    const { op, urn, diffs, detailedDiff } = resourcePreEvent.metadata;
    return [{ op, urn, diffs: [...(diffs ?? []), ...Object.keys(detailedDiff ?? {})] }];
  });
}

/** The last part of a URN: the resource's name. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** The steps that change something, as `op name`. */
export function changes(steps: readonly Step[]): readonly string[] {
  return steps
    .filter((step) => step.op !== "same" && step.op !== "read")
    .map((step) => `${step.op} ${nameOf(step.urn)}`);
}
