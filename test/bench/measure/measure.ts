import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiStack, Run } from "../../support/stacks/pulumi";
import { endedChildrenSeconds } from "./processes";
import type { Sampler } from "./sampler";
import type { Seen } from "./seen";
import { countSteps } from "./steps";

/** What one operation of the CLI took. */
export interface Measured {
  readonly run: Run;
  /** Steps of the engine. */
  readonly steps: number;
  readonly wallSeconds: number;
  /** Of the CLI and all that it ran. */
  readonly cpuSeconds: number;
  readonly seen: Seen;
}

/** An operation of the CLI. */
export type CliOperation = "preview" | "up" | "destroy";

const UNASKED: Readonly<Record<CliOperation, readonly string[]>> = {
  preview: [],
  up: ["--yes", "--skip-preview"],
  destroy: ["--yes", "--skip-preview"],
};

/** Sessions of measured operations under way, so that the bench can be ended. */
export const underWay = new Set<number>();

/**
 * Runs an operation and measures it. The CPU time is what the kernel adds to this process for children that have ended: exact for the whole
 * tree, as long as nothing else that this process has started ends meanwhile.
 */
export async function measure(stack: PulumiStack, operation: CliOperation, sampler: Sampler): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-events-"));
  const log = join(folder, "events.json");
  const before = endedChildrenSeconds();
  const begin = performance.now();
  const { process, ended } = stack.start(operation, [...UNASKED[operation], "--event-log", log], { detached: true });
  const { pid } = process;
  if (pid === undefined) {
    return ended.then(() => Promise.reject(new Error(`pulumi ${operation} was not started`)));
  }
  underWay.add(pid);
  sampler.watch(pid);
  try {
    const run = await ended;
    const wallSeconds = (performance.now() - begin) / 1000;
    const cpuSeconds = endedChildrenSeconds() - before;
    const seen = await sampler.result();
    return { run, steps: existsSync(log) ? await countSteps(log) : 0, wallSeconds, cpuSeconds, seen };
  } finally {
    underWay.delete(pid);
    await rm(folder, { recursive: true, force: true });
  }
}
