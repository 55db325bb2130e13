import { setTimeout as delay } from "node:timers/promises";
import type { Api } from "./api";
import { annotation, at, idOf, kindOf, nameOf, numberAt, textAt, type KubeObject } from "./object";
import { readinessCheck } from "./workloads";

const DEFAULT_SECONDS = 600;
const POLL_MS = 100;
const SLOWEST_MS = 1_000;

/** Waiting ended without what was waited for; the object is there all the same. */
export class NotReady extends Error {
  constructor(
    message: string,
    readonly object: KubeObject,
    readonly reasons: readonly string[],
  ) {
    super(message);
  }
}

/** What a wait needs to know of the plugin. */
export interface WaitContext {
  readonly api: Api;
  readonly cancelled: AbortSignal;
  status(message: string): void;
}

const skipsAwait = (inputs: KubeObject) => annotation(inputs, "pulumi.com/skipAwait") === "true";

/** Milliseconds: `customTimeouts`, else the annotation, else ten minutes. */
function limit(seconds: number, inputs: KubeObject): number {
  const annotated = Number(annotation(inputs, "pulumi.com/timeoutSeconds") || Number.NaN);
  return (seconds > 0 ? seconds : Number.isInteger(annotated) ? annotated : DEFAULT_SECONDS) * 1_000;
}

/** Asks again and again, at first often, until there is a result or the time is over. */
async function poll<T>(
  ms: number,
  cancelled: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | "timeout" | "cancelled"> {
  const end = Date.now() + ms;
  for (let pause = POLL_MS; ; pause = Math.min(pause * 1.5, SLOWEST_MS)) {
    const result = await ask().catch((error: unknown) => {
      if (!cancelled.aborted) throw error;
      return undefined;
    });
    if (result !== undefined) return result;
    if (cancelled.aborted) return "cancelled";
    if (Date.now() >= end) return "timeout";
    await delay(Math.min(pause, Math.max(1, end - Date.now())), undefined, { signal: cancelled }).catch(
      () => undefined,
    );
  }
}

/**
 * Waits until a workload is rolled out or a Service has its endpoints; other kinds are ready at once.
 * Patches wait like the objects that they patch.
 *
 * @throws NotReady when the time is over or the run is cancelled.
 */
export async function untilReady(
  context: WaitContext,
  inputs: KubeObject,
  outputs: KubeObject,
  seconds: number,
): Promise<KubeObject> {
  const check = skipsAwait(inputs) ? undefined : readinessCheck(outputs, "change");
  if (annotation(outputs, "pulumi.com/waitFor") !== "" && !skipsAwait(inputs)) {
    throw new Error("the annotation pulumi.com/waitFor is not supported by the stand-in of the kubernetes plugin");
  }
  if (check === undefined) return outputs;
  let newest = outputs;
  let reasons: readonly string[] = [];
  let looked = false;
  const result = await poll(limit(seconds, inputs), context.cancelled, async () => {
    // The server's answer is looked at first: that is how a new DaemonSet passes before any controller has seen it.
    if (looked) newest = (await context.api.find(outputs)) ?? newest;
    looked = true;
    if ((numberAt(newest, "metadata", "generation") ?? 0) < (numberAt(outputs, "metadata", "generation") ?? 0))
      return undefined;
    const ready = await check(newest, context.api);
    if (ready.done) return newest;
    reasons = ready.reasons;
    context.status(reasons.join("; "));
    return undefined;
  });
  if (result === "cancelled")
    throw new NotReady(`Resource operation was cancelled for ${JSON.stringify(nameOf(outputs))}`, newest, reasons);
  if (result === "timeout") {
    const message =
      kindOf(outputs) === "DaemonSet"
        ? "timed out waiting for the condition"
        : `'${nameOf(outputs)}' timed out waiting to be Ready`;
    throw new NotReady(message, newest, reasons);
  }
  return result;
}

/** Whether an object that a refresh finds is still rolled out. @throws NotReady when it is not. */
export async function checkOnce(
  { api }: Pick<WaitContext, "api">,
  inputs: KubeObject,
  live: KubeObject,
): Promise<void> {
  const check = skipsAwait(inputs) ? undefined : readinessCheck(live, "read");
  const ready = await check?.(live, api);
  if (ready !== undefined && !ready.done) {
    throw new NotReady(`Resource '${nameOf(live)}' was created but failed to initialize`, live, ready.reasons);
  }
}

const DELETES_WITHOUT_AWAIT: ReadonlySet<string> = new Set([
  "Namespace",
  "Pod",
  "DaemonSet",
  "Deployment",
  "StatefulSet",
  "Job",
]);

/** An object that is being deleted. */
export interface Leaving {
  readonly live: KubeObject;
  readonly name: string;
  readonly uid: string;
}

/** Waits until an object is gone, finalizers included. @throws NotReady when it is still there in the end. */
export async function untilGone(
  context: WaitContext,
  inputs: KubeObject,
  { live, name, uid }: Leaving,
  seconds: number,
): Promise<void> {
  if (skipsAwait(inputs) && DELETES_WITHOUT_AWAIT.has(kindOf(inputs))) return;
  let newest = live;
  const result = await poll(limit(seconds, inputs), context.cancelled, async () => {
    const found = await context.api.find(live, name);
    if (found === undefined || textAt(found, "metadata", "uid") !== uid) return "gone" as const;
    newest = found;
    context.status(`${idOf(found)} is being deleted`);
    return undefined;
  });
  if (result === "gone") return;
  const held = at(newest, "metadata", "finalizers");
  const finalizers = Array.isArray(held) ? held.map(String).join(", ") : "";
  throw new NotReady("timed out waiting for the condition", newest, [
    `finalizers might be preventing deletion (${finalizers})`,
  ]);
}
