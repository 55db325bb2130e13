import assert from "node:assert/strict";
import {
  agentsAtATime,
  describeRunningAs,
  parseRunningAs,
  runsOtherwise,
} from "../../../../components/cilium/model/runningAs";
import { fixture } from "../../support/fixtures";

const status = (self: string | undefined, first?: number) =>
  JSON.stringify({ cluster: { self, nodes: [] }, "identity-range": { "min-identity": first } });
const CLUSTER1 = { "cluster-name": "cluster1", "cluster-id": "101" };

describe("model: what an agent runs as", () => {
  it("is read from what an agent says of itself", () => {
    const running = parseRunningAs(JSON.stringify(fixture("status/agent")), 255);
    assert.deepEqual(running, { name: "cluster1", id: 101 });
    assert.equal(runsOtherwise(running, CLUSTER1), false);
  });

  it("differs in the name, in the id, or in both", () => {
    for (const json of [status("default/n", 256), status("cluster1/n", 256), status("default/n")]) {
      assert.ok(runsOtherwise(parseRunningAs(json, 255), CLUSTER1), json);
    }
  });

  it("counts the bits of an id as the mesh is large", () => {
    assert.deepEqual(parseRunningAs(status("cluster1/n", 101 * 2 ** 15), 511), { name: "cluster1", id: 101 });
  });

  it("is taken for right where the agent does not say", () => {
    for (const json of ["{}", status(undefined), status("node-without-cluster"), '{"cluster":null}']) {
      assert.deepEqual(parseRunningAs(json, 255), {});
      assert.equal(runsOtherwise({}, CLUSTER1), false);
    }
    assert.equal(describeRunningAs({ name: "default" }), "default, id unknown");
  });

  it("fails on what is no status", () => {
    assert.throws(() => parseRunningAs("Error: cannot connect", 255));
  });
});

describe("model: how many agents restart at a time", () => {
  const daemonSet = (maxUnavailable: number | string | undefined, pods = 10) =>
    JSON.stringify({
      spec: { updateStrategy: { rollingUpdate: { maxUnavailable } } },
      status: { desiredNumberScheduled: pods },
    });

  it("is as many as the DaemonSet allows, in numbers or in percent, and at least one", () => {
    const cases = [
      [2, 2],
      ["25%", 3],
      ["100%", 10],
      [0, 1],
      ["1%", 1],
      [undefined, 1],
      ["a few", 1],
    ] as const;
    for (const [wanted, expected] of cases) {
      assert.equal(agentsAtATime(daemonSet(wanted)), expected, String(wanted));
    }
    assert.equal(agentsAtATime('{"spec":{"updateStrategy":{"type":"OnDelete"}}}'), 1);
    assert.equal(agentsAtATime(daemonSet("50%", 0)), 1);
  });
});
