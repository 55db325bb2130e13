import { setTimeout as delay } from "node:timers/promises";
import { KubectlError } from "./kubectlError";
import { failedWords, firstTry, nextTry, type FailedTry, type Patience } from "./model/patience";

/** What is done between two tries. */
export interface Between {
  /** The cluster that is asked: errors are of it. */
  readonly cluster?: string;
  /** Gets why the first of them failed. */
  readonly onFailedTry?: (failed: FailedTry) => void;
  readonly pause?: (seconds: number) => Promise<unknown>;
}

const sleep = (seconds: number) => delay(seconds * 1000);

/**
 * Asks a cluster, and asks again while the reason why it did not answer may pass.
 *
 * @param ask Gets how long the cluster may be silent this time, and the tries that failed before.
 * @throws {@link KubectlError} with what came of the last try, and how many there were; an error of another kind as it is.
 */
export async function patiently<T>(
  patience: Patience,
  ask: (silenceSeconds: number, failed: readonly FailedTry[]) => Promise<T>,
  { onFailedTry = () => undefined, pause = sleep }: Between = {},
): Promise<T> {
  let failed: readonly FailedTry[] = [];
  for (let silenceSeconds = firstTry(patience); ;) {
    try {
      return await ask(silenceSeconds, failed);
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      const { failure, message } = error;
      const last = { failure, message, silenceSeconds };
      failed = [...failed, last];
      const next = nextTry(patience, failed);
      if (next === undefined) {
        throw failed.length === 1 ? error : new KubectlError(failedWords(failed), failure, { cause: error });
      }
      onFailedTry(last);
      if (next.pauseSeconds > 0) await pause(next.pauseSeconds);
      ({ silenceSeconds } = next);
    }
  }
}
