import assert from "node:assert/strict";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults, type Call } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { helmSecret, LOCAL } from "../support/apiserver/helmSecrets";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT, recorded, runCommand } from "../support/command/runCommand";
import { recordText } from "../support/record";

const MESHED = { "cluster-name": "cluster1", "cluster-id": "101" };
const BACK = { "cluster-name": "default", "cluster-id": "0" };
const INPUT = { ...MEMBER_INPUT, originalConfig: recordText(), publishes: "apiserver" };

const OF_101 = 101 * 2 ** 16;
const identity = (number: number): StoredObject => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumIdentity",
  metadata: { name: String(number), uid: `uid-${String(number)}` },
});
const endpoint = (number: number): StoredObject => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumEndpoint",
  metadata: { name: `pod-${String(number)}`, namespace: "default", uid: `pod-${String(number)}` },
  status: { identity: { id: number } },
});
const time = (at: string) => [{ manager: "helm", operation: "Update", time: at }];
const IDENTITIES = [OF_101 + 1, OF_101 + 2, 300, 102 * 2 ** 16 + 1].map(identity);

/** What a call changes, in a few words. */
function told(call: Call): readonly string[] {
  switch (call.do) {
    case "patch": {
      const [names, , { patch }] = call.args;
      if (names.includes("configmap/cilium-config")) return ["originals back"];
      return [JSON.stringify(patch).includes("null") ? "roll without annotation" : "roll"];
    }
    case "deletePods":
      return [`delete ${call.args[1].join()}`];
    case "deleteObject":
      return [`delete ${call.args[0].name} ${JSON.stringify(call.args[2])}`];
    case "exec":
      return call.args[1].join(" ").includes("kvstore") ? ["etcd"] : [];
    default:
      return [];
  }
}

async function leave(
  verb: "restore" | "release",
  given: CiliumCluster,
  over: object = {},
  prepare: (cluster: ClusterInMemory) => void = () => undefined,
) {
  const cluster = ciliumCluster("cluster1", {
    agents: { "node-1": recorded("no-peers") },
    caches: { "api-1": { status: [] } },
    ...given,
  });
  prepare(cluster);
  const ended = await runCommand(cluster, "cluster", verb, { ...INPUT, ...over });
  assert.equal(ended.code, 0, ended.stderr);
  const identities = cluster.callsOf("deleteObject").map(([{ name }]) => Number(name));
  return { ...ended, cluster, story: cluster.calls.flatMap(told), identities };
}

describe("a cluster that leaves, whose clustermesh-apiserver has its name", () => {
  const annotation = "abc";

  it("gets its originals back with one roll-out, and then, once its certificates are back, other pods", async () => {
    const { story } = await leave("restore", { config: MESHED, annotation });
    assert.deepEqual(story, ["originals back", "roll without annotation"]);
    const last = await leave("release", { config: BACK, managedFields: time("2099-11-24T09:00:00Z") });
    assert.deepEqual(last.story, ["delete api-1"]);
    assert.match(last.stderr, /cluster "cluster1": replacing api-1/);
  });

  it("rolls all the same where somebody has taken the annotation away", async () => {
    const { story } = await leave("restore", { config: MESHED });
    assert.deepEqual(story, ["originals back", "roll", "roll without annotation"]);
  });

  it("goes on after a run that was killed: before the roll-out, before the pods, and after them", async () => {
    const rolls = await leave("restore", { config: BACK, annotation });
    assert.deepEqual(rolls.story, ["roll without annotation"]);
    const given = { config: BACK, managedFields: time("2020-11-24T09:00:00Z") };
    assert.deepEqual((await leave("release", given)).story, []);
    const late = { ...helmSecret(LOCAL).metadata, managedFields: time("2099-11-24T09:00:00Z") };
    const pods = await leave("release", { ...given, others: [{ ...helmSecret(LOCAL), metadata: late }] });
    assert.deepEqual(pods.story, ["delete api-1"]);
    const all = await leave("release", { config: MESHED, annotation, others: IDENTITIES });
    assert.deepEqual(all.story.slice(0, 3), ["originals back", "roll without annotation", "delete api-1"]);
    assert.equal(all.story.filter((each) => each === "delete api-1").length, 1);
  });

  it("does the same where roll-outs are not awaited", async () => {
    const rollOut = { await: false, timeoutSeconds: 5 };
    const { story } = await leave("restore", { config: MESHED, annotation }, { rollOut });
    assert.deepEqual(story, ["originals back", "roll without annotation"]);
    const last = await leave("release", { config: BACK, managedFields: time("2099-11-24T09:00:00Z") }, { rollOut });
    assert.deepEqual(last.story, ["delete api-1"]);
  });

  it("keeps pods and identities where its name is Helm's by now, or was its own from the beginning", async () => {
    const value = (text: string) => ({ kind: "value", value: text, managers: [] }) as const;
    const same = recordText({ config: { "cluster-name": value("cluster1"), "cluster-id": value("101") } });
    for (const verb of ["restore", "release"] as const) {
      const { story } = await leave(verb, { config: MESHED, others: IDENTITIES }, { originalConfig: same });
      assert.deepEqual(story, []);
    }
  });

  it("is not one of a kvstore, nor one that Helm has named: there no pod is replaced, and no identity deleted", async () => {
    for (const over of [{ publishes: "kvstore" }, { publishes: undefined }, { identity: "asInstalled" }]) {
      const { story } = await leave("release", { config: MESHED, annotation, others: IDENTITIES }, over);
      assert.ok(!story.some((each) => each.startsWith("delete")), story.join());
    }
  });

  it("takes the unused identities of its id with it, just those that were looked at", async () => {
    const { identities, story, stderr } = await leave("release", {
      config: BACK,
      others: [...IDENTITIES, endpoint(300)],
    });
    assert.deepEqual(identities, [OF_101 + 1, OF_101 + 2]);
    assert.ok(story.includes(`delete ${String(OF_101 + 1)} {"uid":"uid-${String(OF_101 + 1)}"}`), story.join());
    assert.match(stderr, /2 CiliumIdentities of id 101 deleted/);
    assert.doesNotMatch(stderr, /warning/);
  });

  it("counts the bits of ids as many as the mesh has", async () => {
    const of = 101 * 2 ** 15;
    const { identities } = await leave(
      "release",
      { config: BACK, others: [identity(of + 5), identity(OF_101 + 1)] },
      { maxConnectedClusters: 511 },
    );
    assert.deepEqual(identities, [of + 5]);
  });

  it("leaves those that pods still have, and names them with what to do", async () => {
    const others = [...IDENTITIES, endpoint(OF_101 + 1)];
    const { identities, stderr } = await leave("release", { config: BACK, others });
    assert.deepEqual(identities, [OF_101 + 2]);
    assert.match(
      stderr,
      /warning: cluster "cluster1": CiliumIdentities 6619137 of id 101 stay \(pods have them\); before this cluster joins as "cluster1" with another id than 101, delete them \(kubectl --context memory delete ciliumidentities/,
    );
  });

  it("sees every page of the endpoints", async () => {
    const many = Array.from({ length: 700 }, (_, n) => endpoint(300 + n));
    const { identities, cluster } = await leave("release", {
      config: BACK,
      others: [...IDENTITIES, ...many, endpoint(OF_101 + 1)],
    });
    assert.deepEqual(identities, [OF_101 + 2]);
    assert.ok(cluster.callsOf("page").length > 1);
  });

  it("leaves all the same where identities cannot be read or deleted, or roll-outs are not awaited, which is said", async () => {
    const given = { config: BACK, others: IDENTITIES };
    for (const which of ["listByTemplate", "page", "deleteObject"]) {
      const { stderr } = await leave("release", given, {}, (cluster) => {
        cluster.fail((call) => call.do === which, faults.forbidden("ciliumidentities"));
      });
      assert.match(
        stderr,
        /warning: cluster "cluster1": CiliumIdentities of id 101 stay \(.*forbidden.*or wait half an hour/,
      );
    }
    const rollOut = { await: false, timeoutSeconds: 5 };
    const { identities, stderr } = await leave("release", given, { rollOut });
    assert.deepEqual(identities, []);
    assert.match(stderr, /CiliumIdentities of id 101 stay \(wait\.rollout is false\)/);
  });

  it("does not mind one that was made again meanwhile", async () => {
    const { stderr } = await leave("release", { config: BACK, others: IDENTITIES }, {}, (cluster) => {
      cluster.fail((call) => call.do === "deleteObject", faults.conflict(), 1);
    });
    assert.doesNotMatch(stderr, /warning/);
  });
});
