import assert from "node:assert/strict";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import { fakeKubectl, type FakeCluster, type FakeKubectl } from "../../support/fakeKubectl";
import { recorded, runCommand } from "../support/runCommand";

const original = (value: string) => ({ kind: "value", value, managers: ["helm"] });
const ORIGINALS = { config: { "cluster-name": original("default"), "cluster-id": original("0") } };
const MESHED = { "cluster-name": "cluster1", "cluster-id": "101", kvstore: "etcd" };
const INPUT = {
  cluster: { name: "cluster1", context: "cluster1" },
  names: DEFAULT_CILIUM_OBJECTS,
  desired: { "cluster-name": "cluster1", "cluster-id": "101" },
  owner: "clustermesh/test",
  peerSecret: "cilium-clustermesh",
  rollOut: { await: true, timeoutSeconds: 5 },
  originals: JSON.stringify(ORIGINALS),
};
const IDENTITIES = "cilium/state/identities/v1/id/6619639 => a\ncilium/state/identities/v1/id/777 => b\n";

/** The calls that change something, or wait for it, in a few words each. */
function story(calls: readonly (readonly string[])[]): readonly string[] {
  return calls.flatMap((call) => {
    const words = call.join(" ");
    if (call.includes("annotate")) return ["hurry"];
    if (call.includes("patch")) return ["originals back"];
    if (call.includes("apply")) return ["roll"];
    if (call.includes("rollout")) return ["wait"];
    const deleted = /kvstore delete --recursive (\S+)/.exec(words)?.[1];
    if (deleted !== undefined) return [`delete ${deleted}`];
    return call.includes("bash") ? [`delete ${call.slice(call.indexOf("delete") + 1).join(" ")}`] : [];
  });
}

describe("the commands by which a cluster leaves", function () {
  this.timeout("30s");
  let kubectl: FakeKubectl | undefined;

  afterEach(async () => {
    await kubectl?.remove();
  });

  async function leave(verb: "restore" | "release", cluster: FakeCluster, over: object = {}) {
    const agents = { "node-1": recorded("no-peers") };
    kubectl = await fakeKubectl({}, { cluster1: { agents, kvstore: IDENTITIES, ...cluster } });
    const ended = await runCommand(kubectl, "member.ts", verb, { ...INPUT, ...over });
    assert.equal(ended.code, 0, ended.stderr);
    return { ...ended, story: story(await kubectl.calls()) };
  }

  it("first: peers forgotten, originals back, a roll-out, and only then its nodes gone from etcd", async () => {
    const { story: told, stderr } = await leave("restore", { config: MESHED });
    const rolled = ["roll", "roll", "wait", "wait"];
    assert.deepEqual(told, ["hurry", "originals back", ...rolled, "delete cilium/state/nodes/v1/cluster1/"]);
    assert.match(stderr, /nodes \(cilium\/state\/nodes\/v1\/cluster1\/\) removed from its etcd/);
  });

  it("then: the second roll-out awaited, and whatever has the name or the id gone from etcd", async () => {
    const { story: told } = await leave("release", {
      config: { ...MESHED, "cluster-name": "default", "cluster-id": "0" },
    });
    assert.deepEqual(told.slice(0, 2), ["wait", "wait"]);
    assert.deepEqual(told.slice(2), [
      "delete cilium/state/services/v1/cluster1/",
      "delete cilium/state/endpointslices/v1/cluster1/",
      "delete cilium/state/serviceexports/v1/cluster1/",
      "delete cilium/synced/cluster1/",
      "delete cilium/cluster-config/cluster1 cilium/state/identities/v1/id/6619639",
    ]);
  });

  it("do nothing of that to a cluster that keeps its name and id: it was installed with them", async () => {
    const same = { config: { "cluster-name": original("cluster1"), "cluster-id": original("101") } };
    const over = { originals: JSON.stringify(same) };
    assert.deepEqual((await leave("restore", { config: MESHED }, over)).story, ["hurry"]);
    await kubectl?.remove();
    assert.deepEqual((await leave("release", { config: MESHED }, over)).story, ["wait", "wait"]);
  });

  it("leave etcd alone where agents do not keep their state there, and where roll-outs are not awaited", async () => {
    const { story: told } = await leave("restore", { config: { ...MESHED, kvstore: "" } });
    assert.ok(told.includes("roll") && !told.some((each) => each.startsWith("delete")), told.join());
    await kubectl?.remove();
    const rollOut = { await: false, timeoutSeconds: 5 };
    assert.deepEqual((await leave("restore", { config: MESHED }, { rollOut })).story, ["originals back"]);
  });

  it("go on where etcd is gone, and say what stays there", async () => {
    const { stderr } = await leave("restore", { config: MESHED, kvstore: "gone" });
    assert.match(
      stderr,
      /warning: cluster "cluster1": nodes \(cilium\/state\/nodes\/v1\/cluster1\/\) stay in its etcd \(.*Unable to connect/,
    );
  });
});
