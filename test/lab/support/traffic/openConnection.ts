import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Attempt } from "../../../../lab";
import type { Place } from "../../../../lab/host/place";
import { writtenLines } from "../../../../lab/traffic/writtenLines";
import { waitUntil } from "../../../support/waitUntil";

/** Questions on one connection that go on until they are stopped. */
export interface OpenConnection {
  /** The questions so far whose time is over. */
  readonly attempts: () => readonly Attempt[];
  /** When the connection broke, and why; another one was opened then. */
  readonly breaks: () => readonly Break[];
  readonly stop: () => Promise<void>;
}

/** The end of a connection that nobody had asked for. */
export interface Break {
  readonly at: number;
  readonly why: string;
}

/** What is asked, and how often. */
export interface OpenConnectionArgs {
  readonly from: Place;
  readonly to: { readonly ip: string; readonly port: number };
  /** @default 200 */
  readonly intervalMs?: number;
  /** How long an answer may take. @default 1000 */
  readonly timeoutMs?: number;
}

const LINE = z.union([
  z.object({ at: z.number(), answered: z.boolean() }),
  z.object({ broken: z.number(), why: z.string() }),
  z.object({ opened: z.number() }),
]);
const FIRST_SECONDS = 20;

/**
 * Opens a connection to a Redis, and returns when the first question is answered.
 * @throws Error when none is in time.
 */
export async function openConnection(args: OpenConnectionArgs): Promise<OpenConnection> {
  const { from, to, intervalMs = 200, timeoutMs = 1000 } = args;
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const [program = "", ...rest] = from.commandLine([
    ...[process.execPath, "--import", tsx, join(__dirname, "openConnectionProcess.ts")],
    ...[to.ip, String(to.port), String(intervalMs), String(timeoutMs)],
  ]);
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const lines = writtenLines(child.stdout, (line) => LINE.parse(JSON.parse(line)));
  const attempts = () => lines.flatMap((line) => ("answered" in line ? [line] : []));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  try {
    await waitUntil(`${to.ip}:${String(to.port)} answers on an open connection`, FIRST_SECONDS, () => {
      if (child.exitCode !== null) throw new Error(`the open connection ended with ${String(child.exitCode)}`);
      return attempts().some(({ answered }) => answered);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    attempts,
    breaks: () => lines.flatMap((line) => ("broken" in line ? [{ at: line.broken, why: line.why }] : [])),
    stop,
  };
}
