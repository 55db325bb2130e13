import { setTimeout as delay } from "node:timers/promises";
import type { LabCluster } from "../../../../lab";
import { everyPeerReady, peersSeen } from "../peers/peers";
import { say } from "../say";

/** How often the agents were asked, and for how long one of them did not see every peer ready. */
export interface ReadinessReport {
  readonly asked: number;
  readonly notReadySeconds: number;
}

const PAUSE_MS = 500;

/**
 * Does something, and meanwhile asks every agent for its peers again and again. An agent that does not answer is not ready: it was
 * restarted.
 */
export async function readinessDuring<T>(
  what: string,
  clusters: readonly LabCluster[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly readiness: ReadinessReport }> {
  const expected = JSON.stringify(everyPeerReady(clusters));
  let working = true;
  let asked = 0;
  let notReadyMs = 0;
  const watch = async (): Promise<void> => {
    for (let since = Date.now(); working; since = Date.now()) {
      const seen = await peersSeen(clusters).catch(() => []);
      await delay(PAUSE_MS);
      asked += 1;
      if (JSON.stringify(seen) !== expected) notReadyMs += Date.now() - since;
    }
  };
  const watching = watch();
  try {
    const result = await work();
    working = false;
    await watching;
    const readiness = { asked, notReadySeconds: Math.round(notReadyMs / 100) / 10 };
    say(`${what}: agents asked ${asked} times, not all ready for ${readiness.notReadySeconds} s`);
    return { result, readiness };
  } finally {
    working = false;
    await watching;
  }
}
