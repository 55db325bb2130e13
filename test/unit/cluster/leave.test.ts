import assert from "node:assert/strict";
import type { Call } from "../../support/kubernetes/stateInMemory";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { EtcdInMemory } from "../support/cilium/etcdInMemory";
import { MEMBER_INPUT, recorded, runCommand } from "../support/command/runCommand";
import { recordText } from "../support/record";

const original = (value: string) =>
  ({ kind: "value", value, managers: [{ manager: "helm", operation: "Update" }] }) as const;
const MESHED = { "cluster-name": "cluster1", "cluster-id": "101", kvstore: "etcd" };
const INPUT = {
  ...MEMBER_INPUT,
  originalConfig: recordText(),
};
const PREFIX = "cilium/state/nodes/v1/cluster1/";
const NODE = `${PREFIX}node-1`;
const OTHERS =
  "cilium/state/identities/v1/id/6619639 => a\ncilium/state/identities/v1/id/777 => b\ncilium/state/nodes/v1/default/node-1 => {}\n";
const ETCD = `${OTHERS}${NODE} => {"Name":"node-1"}\n`;

/** What a call changes, or waits for, in a few words. */
function told(call: Call): readonly string[] {
  if (call.do === "annotatePods") return ["hurry"];
  if (call.do === "object") return call.args[0] === "daemonset/cilium" ? ["look"] : [];
  if (call.do === "patch") {
    const [names, , { patch }] = call.args;
    if (names.includes("configmap/cilium-config")) return ["originals back"];
    return [JSON.stringify(patch).includes("null") ? "roll without annotation" : "roll"];
  }
  if (call.do !== "exec") return [];
  const [, command] = call.args;
  const prefix = /kvstore delete --recursive (\S+)/.exec(command.join(" "))?.[1];
  if (prefix !== undefined) return [`delete ${prefix}`];
  return command[0] === "bash" ? [command.slice(3).join(" ")] : [];
}

const HIDE = `set ${NODE} left`;
/** Two roll-outs, and the nodes hidden in between. */
const NAME_LEFT = ["roll", "look", HIDE, "look", "roll without annotation", "look"];
const NAMED_GONE = [
  `delete ${PREFIX}`,
  "delete cilium/state/services/v1/cluster1/",
  "delete cilium/state/endpointslices/v1/cluster1/",
  "delete cilium/state/serviceexports/v1/cluster1/",
  "delete cilium/synced/cluster1/",
  "delete cilium/cluster-config/cluster1 cilium/state/identities/v1/id/6619639",
];
const BACK = { ...MESHED, "cluster-name": "default", "cluster-id": "0" };

describe("the commands by which a cluster leaves", () => {
  async function leave(verb: "restore" | "release", given: CiliumCluster, over: object = {}) {
    const agents = { "node-1": recorded("no-peers") };
    const cluster = ciliumCluster("cluster1", { agents, kvstore: ETCD, ...given });
    const ended = await runCommand(cluster, "cluster", verb, { ...INPUT, ...over });
    assert.equal(ended.code, 0, ended.stderr);
    return { ...ended, story: cluster.calls.flatMap(told) };
  }

  it("first: peers forgotten, originals back, and two roll-outs with its nodes hidden in etcd in between", async () => {
    const { story, stderr } = await leave("restore", { config: MESHED, annotation: "abc" });
    assert.deepEqual(story, ["look", "hurry", "originals back", ...NAME_LEFT]);
    assert.match(stderr, /nodes \(cilium\/state\/nodes\/v1\/cluster1\/\) hidden in its etcd/);
  });

  it("then: whatever else has the name or the id gone from etcd, once the agents run", async () => {
    const kvstore = `${OTHERS}${NODE} => left\n`;
    assert.deepEqual((await leave("release", { config: BACK, kvstore })).story, ["look", ...NAMED_GONE]);
  });

  it("go on where a run was interrupted: after the values were back, and where the first half never was", async () => {
    const interrupted = await leave("restore", { config: BACK, annotation: "leaving" });
    assert.deepEqual(interrupted.story, ["look", "hurry", ...NAME_LEFT.slice(1)]);
    const late = await leave("release", { config: MESHED });
    assert.deepEqual(late.story, ["originals back", ...NAME_LEFT, "look", ...NAMED_GONE]);
  });

  it("remove no node that an agent may know: it is hidden, and named", async () => {
    const kvstore = new EtcdInMemory(`${ETCD}${PREFIX}node-2 => left\n`);
    const { stderr } = await leave("release", { config: BACK, kvstore });
    assert.deepEqual(kvstore.deleted[0], [`${PREFIX}node-2`, "left"]);
    assert.equal(kvstore.keys.get(NODE), "left late");
    assert.match(
      stderr,
      /nodes \(.*\) stay in its etcd \(agents may know 1 of them\); set their keys to "left", .*\(kubectl --context memory -n kube-system rollout restart.*kvstore delete/,
    );
  });

  it("roll all agents after their nodes were hidden, also where an upgrade has taken the annotation away since", async () => {
    const kvstore = new EtcdInMemory(ETCD);
    const agents = { "node-1": recorded("no-peers") };
    const cluster = ciliumCluster("cluster1", { agents, kvstore, config: MESHED, annotation: "abc" });
    const upgrade = { spec: { template: { metadata: { annotations: { "cilium-clustermesh/config": null } } } } };
    kvstore.onSet = ([, value]) => {
      if (value !== "left") return;
      const workloads = ["daemonset/cilium", "deployment/cilium-operator"];
      void cluster.patch(workloads, "kube-system", { manager: "helm", patch: upgrade });
    };
    const { code, stderr } = await runCommand(cluster, "cluster", "restore", INPUT);
    assert.equal(code, 0, stderr);
    const story = cluster.calls.flatMap(told);
    const byUpgrade = "roll without annotation";
    assert.deepEqual(story.slice(story.indexOf(HIDE)), [
      ...[HIDE, byUpgrade],
      ...["roll", "look", "roll without annotation", "look"],
    ]);
  });

  it("remove none of those in a run that follows, either: nothing has restarted these agents", async () => {
    const kvstore = new EtcdInMemory(ETCD);
    for (const run of ["first", "second"]) {
      await leave("release", { config: BACK, kvstore });
      assert.equal(kvstore.keys.get(NODE), "left late", run);
    }
    assert.ok(!kvstore.deleted.some(([key]) => key.startsWith(PREFIX)));
    // With the next way back they go.
    await leave("restore", { config: MESHED, annotation: "abc", kvstore });
    await leave("release", { config: BACK, kvstore });
    assert.equal(kvstore.keys.get(NODE), undefined);
  });

  it("remove none while an agent may run with the name: one that was down, or on a node that is, has been restarted by nobody", async () => {
    const kvstore = new EtcdInMemory(`${OTHERS}${NODE} => left\n${PREFIX}node-2 => left\n`);
    const agents = { "node-1": recorded("no-peers"), "node-2": recorded("no-peers") };
    const { stderr } = await leave("release", { config: BACK, kvstore, agents });
    assert.match(stderr, /nodes \(.*\) stay in its etcd \(agents may know 2 of them\)/);
    assert.deepEqual([kvstore.keys.get(NODE), kvstore.keys.get(`${PREFIX}node-2`)], ["left", "left"]);
    // A node that is removed has no agent.
    await leave("release", { config: BACK, kvstore });
    assert.equal(kvstore.keys.get(`${PREFIX}node-2`), undefined);
  });

  it("remove none while not all agents run with the values that were restored", async () => {
    const kvstore = new EtcdInMemory(`${OTHERS}${NODE} => left\n`);
    const cluster = ciliumCluster("cluster1", { kvstore, config: BACK });
    cluster.fail((call) => call.do === "object" && call.args[0] === "daemonset/cilium", new KubectlError("down"), 1);
    const { code, stderr } = await runCommand(cluster, "cluster", "release", INPUT);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /not all agents run with the values.*\n.*nodes \(.*\) stay in its etcd \(agents may know them\)/,
    );
    assert.equal(kvstore.keys.get(NODE), "left");
  });

  it("take nothing but the annotation from a cluster that keeps its name and id: it was installed with them", async () => {
    const same = { "cluster-name": original("cluster1"), "cluster-id": original("101") };
    const over = { originalConfig: recordText({ config: same }) };
    assert.deepEqual((await leave("restore", { config: MESHED, annotation: "abc" }, over)).story, [
      "look",
      "hurry",
      "roll without annotation",
    ]);
    assert.deepEqual((await leave("release", { config: MESHED }, over)).story, ["look"]);
  });

  it("leave etcd alone where agents do not keep their state there, and where roll-outs are not awaited", async () => {
    const { story } = await leave("restore", { config: { ...MESHED, kvstore: "" } });
    assert.ok(story.includes("roll") && !story.some((each) => each.startsWith("delete")), story.join());
    const rollOut = { await: false, timeoutSeconds: 5 };
    assert.deepEqual((await leave("restore", { config: MESHED }, { rollOut })).story, ["originals back", "look"]);
  });

  it("say that keys stay in etcd where roll-outs are not awaited, and what to do", async () => {
    const rollOut = { await: false, timeoutSeconds: 5 };
    const { stderr, story } = await leave("release", { config: BACK }, { rollOut });
    assert.ok(!story.some((each) => each.startsWith("delete")), story.join());
    assert.match(
      stderr,
      /warning: cluster "cluster1": nodes \(cilium\/state\/nodes\/v1\/cluster1\/\) stay in its etcd \(wait\.rollout is false\); .*\n.*configuration, services and identities of id 101 stay in its etcd \(wait\.rollout is false\); delete them with cilium-dbg kvstore delete/,
    );
    const kept = await leave("release", { config: { ...BACK, kvstore: "" } }, { rollOut });
    assert.doesNotMatch(kept.stderr, /stay in its etcd/);
  });

  it("go on where etcd is gone, and say what stays there and what to do", async () => {
    const { stderr, story } = await leave("restore", { config: MESHED, kvstore: "gone" });
    assert.match(
      stderr,
      /warning: cluster "cluster1": nodes \(cilium\/state\/nodes\/v1\/cluster1\/\) stay in its etcd \(.*Unable to connect.*rollout restart/,
    );
    assert.deepEqual(story.slice(-2), ["roll without annotation", "look"]);
  });

  it("say what stays in etcd where no agent is ready to remove it", async () => {
    const { stderr } = await leave("restore", { config: MESHED, ready: false });
    assert.match(stderr, /warning: cluster "cluster1": nodes \(.*\) stay in its etcd \(no agent is ready\)/);
  });

  it("wait for no peer whose file has another owner", async () => {
    const agents = { "node-1": recorded("ready") };
    const files = { cluster2: "", cluster3: "" };
    const { story, stderr } = await leave("restore", { config: MESHED, agents, peerSecret: files });
    assert.deepEqual(story.slice(0, 3), ["look", "hurry", "originals back"]);
    assert.doesNotMatch(stderr, /still list peers/);
  });
});
