import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../../components";
import { inTodaysWords, todaysVerb } from "../../../../components/command/model/formerWords";
import { parseInput, runVerb } from "../../../../components/command/protocol";
import { usersInput, usersVerbs } from "../../../../components/etcdUsers/verbs";
import { readRecorded } from "../../../../components/identity/model/recorded";
import { ciliumCluster } from "../../support/cilium/ciliumCluster";
import { runCommand, runHere } from "../../support/command/runCommand";
import { recordOf, recordText } from "../../support/record";

const MESHED = { "cluster-name": "cluster1", "cluster-id": "101" };
/** What a cluster's commands were given before, for the deletion that a state from then still has to come. */
const FORMER_INPUT = {
  cluster: { name: "cluster1", context: "cluster1" },
  names: { ...DEFAULT_SETTINGS.cilium, agentSelector: "app=agent" },
  desired: MESHED,
  claims: [{ resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" }],
  owner: "clustermesh/test",
  peerSecret: "cilium-clustermesh",
  originals: recordText(),
  rollOut: { await: false, timeoutSeconds: 5 },
  written: "2026-11-24T09:00:00Z",
};

describe("the commands that a state from before deletes", () => {
  async function run(program: "cluster" | "policyCheck", verb: string, input: object) {
    const cluster = ciliumCluster("cluster1", { config: MESHED });
    const { code, stderr } = await runCommand(cluster, program, verb, input);
    assert.equal(code, 0, stderr);
    return { stderr, cluster };
  }

  it("restore a cluster by the input that they had", async () => {
    const { stderr } = await run("cluster", "restore", FORMER_INPUT);
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-name, cluster-id restored/);
  });

  it("find the agents by their DaemonSet, and by no selector that they had", async () => {
    const { cluster } = await run("cluster", "restore", {
      ...FORMER_INPUT,
      rollOut: { await: true, timeoutSeconds: 5 },
    });
    assert.deepEqual(cluster.callsOf("annotatePods")[0]?.[1], ["cilium-cluster1"]);
  });

  it("remove its objects by the verb that they had", async () => {
    const { cluster } = await run("cluster", "remove", FORMER_INPUT);
    assert.ok(cluster.callsOf("object").some(([name]) => name === "secrets/cilium-clustermesh"));
  });

  it("ask nothing of a cluster that was declared lost", async () => {
    const { rollOut, ...input } = FORMER_INPUT;
    const given = { ...input, gone: true };
    assert.deepEqual((await run("cluster", "release", { ...given, rollOut })).cluster.calls, []);
    assert.deepEqual((await run("policyCheck", "guard", given)).cluster.calls, []);
    const users = parseInput(usersInput, JSON.stringify({ cluster: "cluster1", endpoints: [], users: [], gone: true }));
    assert.ok(users.data !== undefined);
    const nowhere = () => assert.fail("it was asked");
    assert.equal((await runHere(() => runVerb(usersVerbs(users.data, nowhere, nowhere, ""), "revoke"))).code, 0);
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
