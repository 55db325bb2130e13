import assert from "node:assert/strict";
import { nameOf } from "../support/events";
import { succeeded } from "../support/pulumi";
import { labClusters } from "./support/engine";
import {
  assertMeshed,
  assertUntouched,
  commonName,
  forgetPending,
  killedAfter,
  referenceMesh,
  type Left,
  type Mesh,
} from "./support/killedMesh";

/** Resources that write to a cluster; all others are only in the state. */
const WRITES = /\$(kubernetes|command):/;

/** What a loop has done. */
interface Tally {
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
async function killedUp(mesh: Mesh, urn: string): Promise<Partial<Tally>> {
  const left = await killedAfter(mesh, "up", urn);
  succeeded(await mesh.stack.up());
  await assertMeshed(mesh);
  return { ...counted(left), up: [urn] };
}

/** A destroy that is killed, and an up from there. */
async function regrettedDestroy(mesh: Mesh, urn: string): Promise<Partial<Tally>> {
  if (!WRITES.test(urn)) {
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
async function killedDestroy(mesh: Mesh, urn: string): Promise<Partial<Tally>> {
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

const counted = ({ pending, unread }: Left): Pick<Tally, "pending" | "unread"> => ({
  pending: Number(pending),
  unread: Number(unread),
});

const NOTHING: Tally = { up: [], destroy: [], regretted: [], refreshed: [], pending: 0, unread: 0, failures: [] };

function add(one: Tally, other: Partial<Tally>): Tally {
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

/** The turns of resources, one after the other. What fails is noted, and the next begins from clusters as they were found, or not at all. */
async function loop(mesh: Mesh, urns: readonly string[]): Promise<Tally> {
  let tally = NOTHING;
  for (const [index, urn] of urns.entries()) {
    process.stdout.write(
      `    killed after ${nameOf(urn)} (${String(index + 1)} of ${String(urns.length)} in this lane)\n`,
    );
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

describe("runs that are killed", function () {
  this.timeout("60m");
  let meshes: readonly Mesh[];

  before(async () => {
    const clusters = await labClusters(4);
    assert.equal(clusters.length, 4, "two loops side by side need four clusters");
    meshes = await Promise.all([
      referenceMesh(clusters.slice(0, 2), "killed1"),
      referenceMesh(clusters.slice(2), "killed2"),
    ]);
  });

  it("after any of their resources can be repeated, and nothing is duplicated, orphaned or lost", async () => {
    const [first, second] = meshes;
    assert.ok(first && second);
    const names = (mesh: Mesh) => mesh.urns.map((urn) => commonName(urn, mesh));
    assert.deepEqual(names(first), names(second));
    const asked = process.env["KILLED_AFTER"];
    const wanted = (urn: string) => asked === undefined || new RegExp(asked).test(urn);
    const begin = Date.now();
    const tallies = await Promise.all(
      meshes.map((mesh, lane) =>
        loop(
          mesh,
          mesh.urns.filter((urn, index) => index % 2 === lane && wanted(urn)),
        ),
      ),
    );
    const { up, destroy, regretted, refreshed, pending, unread, failures } = tallies.reduce<Tally>(add, NOTHING);
    const seconds = Math.round((Date.now() - begin) / 1000);
    process.stdout.write(
      `killed: ${String(up.length)} ups and ${String(destroy.length)} destroys of a stack of ${String(first.urns.length)} resources, ` +
        `one after each, and the same command again; ${String(regretted.length)} destroys and an up, ` +
        `${String(refreshed.length)} of them with --refresh; ${String(pending)} kills before the state knew that a step had ended, ` +
        `${String(unread)} that left its attributes empty; ${String(seconds)} s\n`,
    );
    assert.deepEqual(failures, [], failures.join("\n\n"));
    assert.equal(up.length, first.urns.length);
    assert.equal(destroy.length, first.urns.length);
    assert.equal(regretted.length, first.urns.filter((urn) => WRITES.test(urn)).length);
  });
});
