import assert from "node:assert/strict";
import { snapshot, versions } from "../support/kubernetes/snapshot";
import { frozenAt } from "../support/stacks/frozenRun";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded } from "../support/stacks/pulumi";
import { engine, labClusters } from "./support/engine";
import { assertMeshed, haveEnded } from "./support/kept";
import { API_SERVER, describeServerGone } from "./support/serverGone";

describeServerGone(API_SERVER);

describe("two ups at once", function () {
  this.timeout("5m");

  it("are one: the backend refuses the second, which says so and writes nothing", async () => {
    const clusters = await labClusters(2);
    const untouched = await Promise.all(clusters.map(snapshot));
    const stack = (await engine()).workstation.stack("twice");
    await stack.init(meshConfig(clusters));
    const first = await frozenAt(stack, "up", haveEnded("clustermesh-cluster1-original-config"));
    while (await stack.isBeingWritten()) {
      await first.nudge();
    }
    const seen = async () => ({ objects: await Promise.all(clusters.map(versions)), state: await stack.export() });
    const before = await seen();
    const second = await stack.up();
    assert.notEqual(second.code, 0, second.text);
    assert.match(
      second.text,
      /the stack is currently locked by 1 lock\(s\)\. Either wait for the other process\(es\) to end or delete the lock file with `pulumi cancel`/,
    );
    assert.deepEqual(second.steps, []);
    assert.deepEqual(await seen(), before);
    succeeded(await first.goOn());
    await assertMeshed(clusters);
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });
});
