import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { nameOf } from "../../support/events";
import { snapshots } from "../../support/kubernetes/snapshot";
import { meshedViews } from "../../support/preflight/meshedView";
import { frozenAt } from "../../support/stacks/frozenRun";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { readState } from "../../support/stacks/stackState";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { helmUsers, removeUsers } from "../support/apiserver/users";
import { engine } from "../support/engine";
import { stoppingKubectl, type StoppingKubectl, type WriteBoundary } from "../support/stoppingKubectl";

type Objects = Readonly<Record<string, object>>;

/** The steps that write in an `up`, by their verbs. */
const STEPS: Readonly<Record<string, string>> = {
  grantUsers: "remote-users",
  writeCertificates: "apiserver-certificates",
  rollOut: "rollout",
};

/** More kills than there are writes in one run of either kind. */
const MOST_KILLS = 30;

/** The same without the hash of a certificate, which is another one in every mesh. */
const withoutHashes = (objects: readonly Objects[]): unknown =>
  JSON.parse(JSON.stringify(objects).replaceAll(/(\\"written\\":\\")[^\\]*/g, "$1"));

describe("runs that are killed after a write of a step, in a mesh with clustermesh-apiserver", function () {
  this.timeout("30m");
  let kubectl: StoppingKubectl;
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let untouched: readonly Objects[];
  let meshed: unknown;
  let ups: readonly WriteBoundary[];

  const namesInState = async () => readState(await stack.export()).urns.map(nameOf);

  async function assertMeshed(): Promise<void> {
    assert.deepEqual(withoutHashes(await meshedViews({ clusters, untouched })), meshed);
  }

  async function assertUntouched(): Promise<void> {
    assert.deepEqual(await snapshots(clusters), untouched);
    assert.deepEqual(await namesInState(), []);
  }

  /** Runs it again and again, each time killed after the first write that it makes, until one makes none; and says how often. */
  async function killedAgainAndAgain(operation: "up" | "destroy"): Promise<number> {
    for (let kills = 0; kills < MOST_KILLS; kills++) {
      const killed = await kubectl.kill(stack, operation);
      if (killed.kind === "ended") {
        succeeded(killed.run);
        return kills;
      }
    }
    return assert.fail(`${operation} does not come to its end`);
  }

  before(async () => {
    const { lab } = await engine();
    kubectl = stoppingKubectl(lab.bin);
    ({ stack, clusters } = await apiserverMesh("apiserver-killed", 2, {}, { PATH: kubectl.path }));
    const [first = assert.fail(), second = assert.fail()] = clusters;
    // One that this program names, and whose peers KVStoreMesh reads; and one that Helm has named, with users of its own.
    await first.upgradeCilium({ cluster: { name: "default", id: 0 } });
    await helmUsers(second);
    untouched = await snapshots(clusters);
    ups = await kubectl.during(async () => succeeded(await stack.up()));
    meshed = withoutHashes(await meshedViews({ clusters, untouched }));
    succeeded(await stack.destroy());
    await assertUntouched();
  });

  after(async () => {
    kubectl.remove();
    const [first, second] = clusters;
    if (second !== undefined) await removeUsers(second);
    await first?.upgradeCilium({});
  });

  it("come to a mesh, and back to what was there, although each run was killed after its first write", async () => {
    const kills = { up: await killedAgainAndAgain("up"), destroy: 0 };
    assert.ok(kills.up >= ups.length, `${String(kills.up)} kills of up, ${String(ups.length)} writes`);
    await assertMeshed();
    succeeded(await stack.up("--expect-no-changes"));
    kills.destroy = await killedAgainAndAgain("destroy");
    assert.ok(kills.destroy >= ups.length, `${String(kills.destroy)} kills of destroy`);
    await assertUntouched();
    process.stdout.write(`    killed after a write: ${String(kills.up)} ups, ${String(kills.destroy)} destroys\n`);
  });

  it("leave nothing that a destroy right after them does not give back, whatever the state knows of it", async () => {
    const verbs = new Set(ups.map(({ verb }) => verb));
    assert.deepEqual([...verbs].toSorted(), Object.keys(STEPS).toSorted());
    for (const at of ups) {
      const step = `clustermesh-${at.context}-${STEPS[at.verb] ?? ""}`;
      process.stdout.write(`    killed within ${step}, after write ${String(at.write)}\n`);
      assert.deepEqual(await kubectl.kill(stack, "up", at), { kind: "killed" });
      assert.ok(!(await namesInState()).includes(step), `the state has ${step}`);
      assert.notDeepEqual(await snapshots(clusters), untouched);
      succeeded(await stack.destroy());
      await assertUntouched();
    }
  });

  it("leave nothing of what KVStoreMesh reads either", async () => {
    const run = await frozenAt(stack, "up", (ended) => ended.some(({ urn }) => nameOf(urn).endsWith("-caches")));
    await run.kill();
    await stack.cancel();
    succeeded(await stack.destroy());
    await assertUntouched();
  });
});
