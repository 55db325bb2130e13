/** One step of an engine run: what was or would be done to which resource. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  /** Properties that differ, as the engine saw them. */
  readonly diffs: readonly string[];
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
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

function stepOf({ op, urn, diffs, detailedDiff }: StepMetadata): Step {
  return { op, urn, diffs: [...(diffs ?? []), ...Object.keys(detailedDiff ?? {})] };
}

/** The steps in the order in which the engine began them. */
export function stepsOf(events: readonly EngineEvent[]): readonly Step[] {
  return events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent === undefined ? [] : [stepOf(resourcePreEvent.metadata)],
  );
}

/** The steps that have ended well, in that order. The state may not know of the last one yet. */
export function endedOf(events: readonly EngineEvent[]): readonly Step[] {
  return events.flatMap(({ resOutputsEvent }) =>
    resOutputsEvent === undefined ? [] : [stepOf(resOutputsEvent.metadata)],
  );
}

/** The last part of a URN: the resource's name. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Whether a resource is a cluster's: its provider, its component of the mesh `clustermesh`, or a child of that. */
export function isOfCluster(urn: string, cluster: string): boolean {
  const name = nameOf(urn).replace(/^clustermesh-/, "");
  return name === cluster || name.startsWith(`${cluster}-`);
}

/** The steps that change something, as `op name`. */
export function changes(steps: readonly Step[]): readonly string[] {
  return steps
    .filter((step) => step.op !== "same" && step.op !== "read")
    .map((step) => `${step.op} ${nameOf(step.urn)}`);
}

/**
 * An event log without the lines for debugging, in which Pulumi's SDK tells all that it registers, secrets in the clear. Nobody sees them
 * without `--event-log` or `--debug`.
 */
export function withoutDebugging(log: string): string {
  return readEvents(log)
    .filter(({ diagnosticEvent }) => diagnosticEvent?.severity !== "debug")
    .map((event) => JSON.stringify(event))
    .join("\n");
}
