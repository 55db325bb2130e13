import assert from "node:assert/strict";
import { describeTraffic, startPinger, type LabCluster, type Pinger, type TrafficReport } from "../../../../lab";
import { startTraffic } from "../../../support/cilium/crossNodeTraffic";
import { waitUntil } from "../../../support/waitUntil";
import { say } from "../say";
import { databaseIp } from "./verdicts";

/** Five attempts begin in a second: fewer than these were no steady traffic through an `up` or `destroy`. */
export const FEWEST_ATTEMPTS = 50;

/** Waits until traffic has gone on for so long after a moment. */
export async function goesOn(pinger: Pinger, after: number, milliseconds: number): Promise<void> {
  await waitUntil("traffic goes on", 60, () =>
    Promise.resolve(pinger.attempts().some(({ at }) => at >= after + milliseconds)),
  );
}

/** Does something under steady traffic and until a little later, tells what became of the traffic, and gives it back. */
export async function during<T>(
  what: string,
  start: () => Promise<Pinger>,
  work: () => Promise<T>,
  afterwardsMs = 0,
): Promise<{ readonly result: T; readonly traffic: TrafficReport }> {
  const pinger = await start();
  let traffic: TrafficReport | undefined;
  try {
    const result = await work();
    await goesOn(pinger, Date.now(), afterwardsMs);
    traffic = await pinger.stop();
    say(`${what}: ${describeTraffic(traffic)}`);
    return { result, traffic };
  } finally {
    if (traffic === undefined) say(`${what}, which failed: ${describeTraffic(await pinger.stop())}`);
  }
}

/** Steady traffic between the nodes of a cluster that has two. */
export const acrossNodes = (cluster: LabCluster) => (): Promise<Pinger> => {
  assert.ok(cluster.nodes.length > 1, `${cluster.name} has one node`);
  return startTraffic(cluster);
};

/** Steady traffic that the demo's policy allows, from the employee of the second cluster to the database of the first. */
export const acrossClusters = (server: LabCluster, client: LabCluster) => async (): Promise<Pinger> => {
  const from = await client.inPod({ namespace: "istio-space", pod: "employee-0" });
  return startPinger({ from, to: { ip: await databaseIp(server), port: 6379 } });
};
