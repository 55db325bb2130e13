import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { endedOf, readEvents, type Step } from "../events";
import { killSession, signalSession } from "../session";
import type { PulumiStack, Run } from "./pulumi";

/** A run that stands still in the middle: the CLI, its plugins, and what those have started. */
export interface FrozenRun {
  /** The steps that had ended by then. */
  readonly steps: readonly Step[];
  /** Lets it go on for a moment, and freezes it again: it may stand in the middle of a write that a test must not meet. */
  readonly nudge: () => Promise<void>;
  /** Lets it go on, to its end. */
  readonly goOn: () => Promise<Run>;
  /** Kills all of it where it stands. */
  readonly kill: () => Promise<void>;
}

/** How often the log is looked at: the next step takes longer. Watching it would need what a busy machine runs out of. */
const LOOK_MS = 5;
const CHUNK = Buffer.alloc(65_536);

/** Reads on where it has stopped the last time, whole lines alone. */
function lineReader(file: number): () => string {
  let rest = "";
  return () => {
    let text = rest;
    for (let size; (size = readSync(file, CHUNK)) > 0;) {
      text += CHUNK.toString("utf8", 0, size);
    }
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    return text.slice(0, end);
  };
}

/**
 * Runs an operation up to a point in its log of events, and freezes it at once. What a test does then happens at that point and at no other,
 * however fast or slow the machine is.
 *
 * @param reached Whether the steps that have ended are those to stop after.
 * @throws Error with what the user saw when the run ends before.
 */
export async function frozenAt(
  stack: PulumiStack,
  operation: "up" | "destroy",
  reached: (ended: readonly Step[]) => boolean,
  flags: readonly string[] = [],
): Promise<FrozenRun> {
  const folder = mkdtempSync(join(tmpdir(), "clustermesh-frozen-"));
  const log = join(folder, "events.json");
  writeFileSync(log, "");
  const file = openSync(log, "r");
  const read = lineReader(file);
  const args = ["--yes", "--skip-preview", "--event-log", log, ...flags];
  const { process: cli, ended } = stack.start(operation, args, { detached: true });
  const leader = cli.pid ?? 0;
  // A test that fails before it has decided what becomes of the run would leave it standing for ever.
  const endWithTests = () => {
    signalSession(leader, "SIGKILL");
  };
  process.once("exit", endWithTests);
  let steps: readonly Step[] = [];
  let look: NodeJS.Timeout | undefined;
  const frozen = new Promise<void>((resolve) => {
    look = setInterval(() => {
      steps = [...steps, ...endedOf(readEvents(read()))];
      if (reached(steps)) {
        signalSession(leader, "SIGSTOP");
        clearInterval(look);
        resolve();
      }
    }, LOOK_MS);
  });
  const done = ended.finally(() => {
    process.removeListener("exit", endWithTests);
    clearInterval(look);
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  });
  const tooEarly = done.then((run) => {
    throw new Error(`${operation} ended before it was where it should be frozen:\n${run.text}`);
  });
  await Promise.race([frozen, tooEarly]);
  // From here on an end is what is wanted.
  tooEarly.catch(() => undefined);
  return {
    steps,
    nudge: async () => {
      signalSession(leader, "SIGCONT");
      await setTimeout(LOOK_MS);
      signalSession(leader, "SIGSTOP");
    },
    goOn: () => {
      signalSession(leader, "SIGCONT");
      return done;
    },
    kill: async () => {
      await killSession(leader);
      await done;
    },
  };
}
