import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../../components";
import { inTodaysWords, todaysVerb } from "../../../../components/command/model/formerWords";
import { readRecorded } from "../../../../components/identity/model/recorded";
import { fakeKubectl, type FakeCluster } from "../../../support/kubernetes/fakeKubectl";
import { runCommand } from "../../support/command/runCommand";
import { recordOf, recordText } from "../../support/record";

const MESHED = { "cluster-name": "cluster1", "cluster-id": "101" };
/** What a cluster's commands were given before, for the deletion that a state from then still has to come. */
const FORMER_INPUT = {
  cluster: { name: "cluster1", context: "cluster1" },
  names: DEFAULT_SETTINGS.cilium,
  desired: MESHED,
  claims: [{ resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" }],
  owner: "clustermesh/test",
  peerSecret: "cilium-clustermesh",
  originals: recordText(),
  rollOut: { await: false, timeoutSeconds: 5 },
  written: "2026-11-24T09:00:00Z",
};

describe("the commands that a state from before deletes", () => {
  async function run(script: string, verb: string, input: object, cluster: FakeCluster = { config: MESHED }) {
    const kubectl = await fakeKubectl({}, { cluster1: cluster });
    try {
      const { code, stderr } = await runCommand(kubectl, script, verb, input);
      assert.equal(code, 0, stderr);
      return { stderr, calls: (await kubectl.calls()).map((call) => call.join(" ")) };
    } finally {
      await kubectl.remove();
    }
  }

  it("restore a cluster by the input that they had", async () => {
    const { stderr } = await run("cluster", "restore", FORMER_INPUT);
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-name, cluster-id restored/);
  });

  it("remove its objects by the verb that they had", async () => {
    const { calls } = await run("cluster", "remove", FORMER_INPUT);
    assert.ok(calls.some((call) => call.includes("get secrets/cilium-clustermesh")));
  });

  it("ask nothing of a cluster that was declared lost", async () => {
    const { rollOut, ...input } = FORMER_INPUT;
    const users = { cluster: "cluster1", endpoints: [], users: [], gone: true };
    const verbs = [
      ["cluster", "release", { ...input, rollOut, gone: true }],
      ["policyCheck", "guard", { ...input, gone: true }],
      ["etcdUsers", "revoke", users],
    ] as const;
    for (const [script, verb, given] of verbs) {
      assert.deepEqual((await run(script, verb, given)).calls, [], script);
    }
  });
});

describe("words of inputs from before", () => {
  it("are what they are called now, and all else is as it was", () => {
    const { names, desired, claims, originals, written, ...same } = FORMER_INPUT;
    assert.deepEqual(inTodaysWords({ ...FORMER_INPUT, gone: true }), {
      ...same,
      written,
      cilium: names,
      desiredConfig: desired,
      managedObjects: claims,
      originalConfig: originals,
      lost: true,
    });
    assert.deepEqual(
      ["accept", "refuse", true, "other"].map((openPolicies) => inTodaysWords({ openPolicies })),
      [true, false, true, "other"].map((openPolicies) => ({ openPolicies })),
    );
    for (const value of [null, "names", 1, ["names"], {}]) {
      assert.deepEqual(inTodaysWords(value), value);
    }
    assert.deepEqual(["guard", "remove", "restore", "toString"].map(todaysVerb), [
      "check",
      "removeObjects",
      "restore",
      "toString",
    ]);
  });

  it("are read in what was recorded of a cluster that was declared lost", () => {
    assert.deepEqual(readRecorded(JSON.stringify({ ...recordOf(), gone: true })), { ...recordOf(), lost: true });
  });
});
