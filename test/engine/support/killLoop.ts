import { nameOf } from "../../support/events";
import { succeeded } from "../../support/stacks/pulumi";
import { assertMeshed, assertUntouched, forgetPending, killedAfter, writes, type Left, type Mesh } from "./killedMesh";

/** What a loop has done. */
export interface KillTally {
  /** Resources after which an up was killed, and the same command again has made a mesh of it. */
  readonly up: readonly string[];
  /** The same with a destroy, which has left the clusters as found. */
  readonly destroy: readonly string[];
  /** Resources after which a destroy was killed, and an up that followed has made a mesh of it. */
  readonly regretted: readonly string[];
  /** Those of the last that took a refresh: the state did not know that a deletion had come to its end. */
  readonly refreshed: readonly string[];
  /** How many of the killed runs left a step in the state that had ended, as one under way. */
  readonly pending: number;
  /** How many left a state that could not be read until the file backend's empty attributes were gone. */
  readonly unread: number;
  readonly failures: readonly string[];
}

/** An up that is killed, and the same again. */
async function killedUp(mesh: Mesh, urn: string): Promise<Partial<KillTally>> {
  const left = await killedAfter(mesh, "up", urn);
  succeeded(await mesh.stack.up());
  await assertMeshed(mesh);
  return { ...counted(left), up: [urn] };
}

/** A destroy that is killed, and an up from there. */
async function regrettedDestroy(mesh: Mesh, urn: string): Promise<Partial<KillTally>> {
  if (!writes(urn)) {
    return {};
  }
  const left = await killedAfter(mesh, "destroy", urn);
  succeeded(await mesh.stack.up());
  const refresh = left.pending && !(await holds(assertMeshed(mesh)));
  if (refresh) {
    succeeded(await mesh.stack.up("--refresh"));
  }
  await assertMeshed(mesh);
  return { ...counted(left), regretted: [urn], refreshed: refresh ? [urn] : [] };
}

/** A destroy that is killed, and the same again. */
async function killedDestroy(mesh: Mesh, urn: string): Promise<Partial<KillTally>> {
  const left = await killedAfter(mesh, "destroy", urn);
  succeeded(await mesh.stack.destroy());
  await assertUntouched(mesh);
  await forgetPending(mesh);
  return { ...counted(left), destroy: [urn] };
}

const holds = (assertion: Promise<void>): Promise<boolean> =>
  assertion.then(
    () => true,
    () => false,
  );

const counted = ({ pending, unread }: Left): Pick<KillTally, "pending" | "unread"> => ({
  pending: Number(pending),
  unread: Number(unread),
});

const NOTHING: KillTally = { up: [], destroy: [], regretted: [], refreshed: [], pending: 0, unread: 0, failures: [] };

function add(one: KillTally, other: Partial<KillTally>): KillTally {
  return {
    up: [...one.up, ...(other.up ?? [])],
    destroy: [...one.destroy, ...(other.destroy ?? [])],
    regretted: [...one.regretted, ...(other.regretted ?? [])],
    refreshed: [...one.refreshed, ...(other.refreshed ?? [])],
    pending: one.pending + (other.pending ?? 0),
    unread: one.unread + (other.unread ?? 0),
    failures: [...one.failures, ...(other.failures ?? [])],
  };
}

/**
 * Kills runs after each of the given resources, one resource after the other. What fails is noted, and the next begins from clusters as they
 * were found, or not at all.
 */
export async function killLoop(mesh: Mesh, urns: readonly string[]): Promise<KillTally> {
  let tally = NOTHING;
  for (const [index, urn] of urns.entries()) {
    process.stdout.write(`    killed after ${nameOf(urn)} (${String(index + 1)} of ${String(urns.length)})\n`);
    for (const part of [killedUp, regrettedDestroy, killedDestroy]) {
      try {
        tally = add(tally, await part(mesh, urn));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        tally = add(tally, { failures: [`${part.name} after ${urn}: ${why}`] });
      }
    }
    if (!(await holds(assertUntouched(mesh)))) {
      succeeded(await mesh.stack.destroy());
      await assertUntouched(mesh);
    }
  }
  return tally;
}

/** What a loop has found, in one line. */
export function described({ up, destroy, regretted, refreshed, pending, unread }: KillTally): string {
  return (
    `killed: ${String(up.length)} ups and ${String(destroy.length)} destroys, one after each resource, and the same command again; ` +
    `${String(regretted.length)} destroys and an up, ${String(refreshed.length)} of them with --refresh; ` +
    `${String(pending)} kills before the state knew that a step had ended, ${String(unread)} that left its attributes empty`
  );
}
