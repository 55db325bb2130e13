import { createServer } from "node:net";
import type { CiliumSetup } from "./ciliumObjects/setup";
import { allPorts, clusterAddress, MAX_SLOTS, portsFrom } from "./clusterPlan";

/** What a lab owns of this machine's loopback network. */
export interface SlotAddress {
  readonly slot: number;
  readonly portOffset: number;
}

/** A lab's claim and shape, which last as long as the lab. */
export interface SlotClaim extends SlotAddress {
  /** Nodes of each cluster, the first cluster's first; empty for control planes alone. */
  readonly nodes: readonly number[];
  /** How Cilium is installed in each cluster. */
  readonly cilium: readonly CiliumSetup[];
}

/** Ports are moved up as a whole when something listens on all addresses; 40000 would reach into the ephemeral range. */
const PORT_OFFSETS = [0, 10_000, 20_000] as const;

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Whether all of a slot's ports are free on its first address. */
async function isFree({ slot, portOffset }: SlotAddress): Promise<boolean> {
  for (const port of allPorts(portsFrom(portOffset))) {
    if (!(await canListen(clusterAddress(slot, 1), port))) return false;
  }
  return true;
}

/**
 * The first slot that no lab of this user has claimed and on which nobody (another user's lab, say) listens. Call it with the
 * lock `slots` held and write the claim down before giving it back.
 * @throws Error when nothing is free.
 */
export async function findFreeSlot(
  taken: ReadonlySet<number>,
  free: (claim: SlotAddress) => Promise<boolean> = isFree,
): Promise<SlotAddress> {
  const slots = Array.from({ length: MAX_SLOTS }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  for (const portOffset of PORT_OFFSETS) {
    for (const slot of slots) if (await free({ slot, portOffset })) return { slot, portOffset };
  }
  const range = `${clusterAddress(0, 1)} to ${clusterAddress(MAX_SLOTS - 1, 1)}`;
  throw new Error(
    `no free lab slot: every address from ${range} is in use; npm run lab -- status lists the labs, npm run lab -- down --name NAME ends one`,
  );
}
