import { z } from "zod";

const exported = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ urn: z.string(), outputs: z.record(z.string(), z.unknown()).optional() }))
      .default([]),
    pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).default([]),
  }),
});

/** An operation that a run has begun and, as far as the state knows, not ended. */
export interface PendingOperation {
  readonly type: string;
  readonly urn: string;
}

/** What a stack's state holds. */
export interface StackState {
  readonly urns: readonly string[];
  readonly pending: readonly PendingOperation[];
  /** The outputs of a resource by its name; empty where there is none. */
  readonly outputsOf: (name: string) => Readonly<Record<string, unknown>>;
}

/** Reads what `pulumi stack export` prints. */
export function readState(text: string): StackState {
  const { resources, pending_operations: pending } = exported.parse(JSON.parse(text)).deployment;
  return {
    urns: resources.map(({ urn }) => urn),
    pending: pending.map(({ type, resource }) => ({ type, urn: resource.urn })),
    outputsOf: (name) => resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs ?? {},
  };
}
