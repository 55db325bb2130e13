import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type Place, urlHost } from "../host/place";
import { waitFor } from "../host/waitFor";
import { type Attempt, type TrafficReport, trafficReport } from "./attempts";
import { writtenLines } from "./writtenLines";

/** What is asked, and how often. */
export interface PingerArgs {
  /** Where the client is. */
  readonly from: Place;
  readonly to: { readonly ip: string; readonly port: number };
  /** @default 200 */
  readonly intervalMs?: number;
  /** How long an answer may take. @default 1000 */
  readonly timeoutMs?: number;
  /** With its first answer, or with its first attempt, where nobody may answer yet. @default "answered" */
  readonly begins?: "answered" | "unanswered";
}

/** Traffic that goes on until it is stopped. */
export interface Pinger {
  /** The attempts so far that have ended. */
  readonly attempts: () => readonly Attempt[];
  /** Ends it, and sums up. */
  readonly stop: () => Promise<TrafficReport>;
}

const ATTEMPT = z.object({ at: z.number(), answered: z.boolean() });
/** On a busy machine a process takes its time to start. */
const FIRST_MS = 60_000;

/**
 * Starts steady traffic to a Redis, and returns when it has begun.
 * @throws Error when it does not in time.
 */
export async function startPinger({
  from,
  to,
  intervalMs = 200,
  timeoutMs = 1000,
  begins = "answered",
}: PingerArgs): Promise<Pinger> {
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const [program = "", ...args] = from.commandLine([
    ...[process.execPath, "--import", tsx, join(__dirname, "pingerProcess.ts")],
    ...[to.ip, String(to.port), String(intervalMs), String(timeoutMs)],
  ]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const written = writtenLines(child.stdout, (line): Attempt => ATTEMPT.parse(JSON.parse(line)));
  const attempts = (): readonly Attempt[] => written;
  const stop = async (): Promise<TrafficReport> => {
    // What is under way has to end by itself: an attempt that begins a time limit later ends after all of it.
    const last = Date.now();
    await waitFor("the last connections to end", timeoutMs + FIRST_MS, () =>
      attempts().some(({ at }) => at >= last + timeoutMs) || child.exitCode !== null ? true : undefined,
    );
    child.kill();
    await ended;
    return trafficReport(attempts().filter(({ at }) => at <= last));
  };
  try {
    await waitFor(
      `first ${begins === "answered" ? "answer" : "attempt"} of ${urlHost(to.ip)}:${to.port}`,
      FIRST_MS,
      (note) => {
        if (child.exitCode !== null) throw new Error(`the pinger ended with ${child.exitCode}`);
        note(`${attempts().length} attempts, none answered`);
        return attempts().some(({ answered }) => answered || begins === "unanswered") ? true : undefined;
      },
    );
  } catch (error) {
    child.kill();
    throw error;
  }
  return { attempts, stop };
}
