import assert from "node:assert/strict";
import { cacheFile } from "../../../components/peers/model/peerFile";
import type { ExecResult } from "../../../components/kubernetes/clusterApi";
import type { Call } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT, runCommand } from "../support/command/runCommand";
import { recordText } from "../support/record";

const NAMESPACE = "kube-system";
const CACHES = "cilium-kvstoremesh";
const PEERS = "cilium-clustermesh";
const secretOf = (name: string) => ({ resource: "secrets", name, namespace: NAMESPACE });
const CACHED = Buffer.from(cacheFile(NAMESPACE)).toString("base64");
const DIRECT = Buffer.from("endpoints: [https://cluster2.mesh.cilium.io:2379]").toString("base64");

const stored = (name: string, data: Readonly<Record<string, string>>, owner?: string): StoredObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    ...{ name, namespace: NAMESPACE, uid: name, resourceVersion: "1" },
    annotations:
      owner === undefined
        ? {}
        : { "cilium-clustermesh/owner": owner, "cilium-clustermesh/keys": "cluster1,cluster2,mesh.ca.crt" },
  },
  data,
});

const peer = (kvstoremesh: boolean, ready: boolean) => ({
  ...{ name: "cluster2", ready, connected: ready },
  ...(ready ? { config: { "cluster-id": 102, kvstoremesh } } : {}),
});
const agent = (...peers: readonly object[]) => ({ "cluster-mesh": { clusters: peers } });
const [BY_CACHE, ITSELF, CONNECTING, ALONE] = [
  agent(peer(true, true)),
  agent(peer(false, true)),
  agent(peer(false, false)),
  agent(),
];

/** Says one after the other, and the last one from then on. */
function inTurn(told: readonly object[]): object {
  let times = 0;
  return {
    toJSON: () => {
      times += 1;
      return told[Math.min(times, told.length) - 1];
    },
  };
}

/** What a call changes, or asks, in a few words. */
function told(call: Call): readonly string[] {
  switch (call.do) {
    case "annotatePods":
      return [`hurry ${call.args[1].join()}`];
    case "deleteObject":
      return [`delete ${call.args[0].name}`];
    case "exec":
      return [`ask ${call.args[0].container}`];
    default:
      return [];
  }
}

interface Given {
  readonly agents: readonly object[];
  readonly caches: readonly (readonly object[] | ExecResult)[];
  readonly cacheContainers?: readonly string[];
  /** Whether the agents' pods are ready. @default yes */
  readonly ready?: boolean;
  readonly secrets?: readonly StoredObject[];
}

const OWN = MEMBER_INPUT.owner;

async function run(
  verb: string,
  { agents, caches, cacheContainers, ready = true, secrets }: Given,
  more: object = {},
  previous = "",
) {
  const cluster = ciliumCluster("cluster1", {
    agents: { "node-1": inTurn(agents) },
    caches: { "api-1": { status: caches } },
    ready,
    ...(cacheContainers === undefined ? {} : { cacheContainers }),
    config: { "cluster-name": "cluster1", "cluster-id": "101" },
    others: secrets ?? [
      stored(PEERS, { cluster1: DIRECT, cluster2: DIRECT }, OWN),
      stored(CACHES, { cluster1: DIRECT, cluster2: DIRECT, "mesh.ca.crt": "" }, OWN),
    ],
  });
  const input = { ...MEMBER_INPUT, originalConfig: recordText(), managedObjects: [secretOf(PEERS)], ...more };
  const ended = await runCommand(cluster, "cluster", verb, input, previous);
  const story = cluster.calls.flatMap(told).filter((each, index, all) => each !== all[index - 1]);
  return { ...ended, story };
}

const HAS = [peer(false, true)];
const HURRY_AGENTS = "hurry cilium-cluster1-node-1";

describe("a cluster whose agents are to read their peers themselves", () => {
  const objects = JSON.stringify([secretOf(PEERS), secretOf(CACHES)]);

  it("keeps what KVStoreMesh reads while other objects go, and says so to the state as long as it is there", async () => {
    const given = { agents: [BY_CACHE], caches: [HAS] };
    const { story, stdout } = await run("updateObjects", given, {}, objects);
    assert.deepEqual([story, JSON.parse(stdout)], [[], [secretOf(PEERS), secretOf(CACHES)]]);
    for (const secrets of [[], [stored(CACHES, {})], [stored(CACHES, {}, "another")]]) {
      const without = await run("updateObjects", { ...given, secrets }, {}, objects);
      assert.deepEqual([without.story, JSON.parse(without.stdout)], [[], [secretOf(PEERS)]]);
    }
  });

  it("has all that it kept removed when it leaves", async () => {
    const { story } = await run("removeObjects", { agents: [ALONE], caches: [HAS] }, {}, objects);
    assert.deepEqual(
      story.filter((each) => each.startsWith("delete")),
      [`delete ${PEERS}`, `delete ${CACHES}`],
    );
  });

  it("has the peers taken from KVStoreMesh when its agents have them, and not before", async () => {
    const { code, story, stderr } = await run("dropCaches", { agents: [BY_CACHE, CONNECTING, ITSELF], caches: [HAS] });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story, ["ask kvstoremesh", HURRY_AGENTS, "ask cilium-agent", `delete ${CACHES}`, "hurry api-1"]);
    assert.match(
      stderr,
      /cluster "cluster1": KVStoreMesh keeps cluster2 in its cache until the agents read these directly/,
    );
    assert.match(stderr, /agents read cluster2 directly; KVStoreMesh is rid of them/);
  });

  it("keeps the cache where agents do not get that far, and says which and why", async () => {
    const failed: ExecResult = { code: 1, stdout: "", stderr: "no answer" };
    for (const [agents, caches, why] of [
      [[BY_CACHE], HAS, /cluster2.*is still read from the cache/],
      [[CONNECTING], HAS, /cluster2.*not connected/],
      [[BY_CACHE], failed, /cluster2.*is still read from the cache/],
    ] as const) {
      const { code, story, stderr } = await run("dropCaches", { agents, caches: [caches] });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /do not read their peers directly after 300 s, and so Secret kube-system\/cilium-kvstoremesh stays/,
      );
      assert.match(stderr, why);
      assert.ok(!story.some((each) => each.startsWith("delete")));
    }
  });

  it("keeps the cache while no agent is ready, which says nothing of how they read", async () => {
    const kept = await run("dropCaches", { agents: [BY_CACHE], caches: [HAS], ready: false });
    assert.equal(kept.code, 1);
    assert.ok(!kept.story.some((each) => each.startsWith("delete")));
    const { code, story } = await run("dropCaches", { agents: [BY_CACHE, ITSELF], caches: [HAS], ready: false });
    assert.deepEqual([code, story.at(-2)], [0, `delete ${CACHES}`]);
  });

  it("is not kept waiting for a peer that the cache did not have either", async () => {
    const { code, story } = await run("dropCaches", { agents: [CONNECTING], caches: [[peer(false, false)]] });
    assert.deepEqual([code, story.at(-2)], [0, `delete ${CACHES}`]);
  });

  it("has nothing to keep where no pod runs KVStoreMesh any more", async () => {
    const { story, stderr } = await run("dropCaches", {
      ...{ agents: [BY_CACHE], caches: [], cacheContainers: ["etcd", "apiserver"] },
    });
    assert.match(stderr, /no pod of clustermesh-apiserver runs KVStoreMesh any more, and so there is no cache/);
    assert.deepEqual(story, [`delete ${CACHES}`, "hurry api-1"]);
  });

  it("has nothing removed that is another's", async () => {
    for (const secrets of [[], [stored(CACHES, { cluster2: "" })], [stored(CACHES, { cluster2: "" }, "another")]]) {
      const { story, stderr } = await run("dropCaches", { agents: [BY_CACHE], caches: [HAS], secrets });
      assert.deepEqual([story, stderr], [[], ""]);
    }
  });
});

describe("a cluster whose agents are to read a cache", () => {
  const HURRY = "hurry api-1";

  it("has them read their peers themselves until KVStoreMesh has these", async () => {
    const caches = [[], [peer(false, false)], HAS];
    const { code, story, stderr } = await run("awaitCaches", { agents: [ITSELF], caches });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story, ["ask cilium-agent", HURRY, "ask kvstoremesh"]);
    assert.match(stderr, /its agents go on reading cluster2 directly until KVStoreMesh has them in its cache/);
    assert.match(stderr, /KVStoreMesh has cluster2; the agents read its cache from now on/);
  });

  it("is not given the cache where KVStoreMesh does not get them: which and why is said", async () => {
    const { code, stderr } = await run("awaitCaches", { agents: [ITSELF], caches: [[peer(false, false)]] });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /KVStoreMesh does not have its peers after 300 s, and so the agents go on reading them directly/,
    );
    assert.match(stderr, /kvstoremesh api-1 .*not connected/);
  });

  it("is not kept waiting where its agents have nothing to lose", async () => {
    const ours = stored(CACHES, { cluster2: DIRECT }, OWN);
    for (const given of [
      { agents: [ITSELF], secrets: [ours] },
      { agents: [ITSELF], secrets: [ours, stored(PEERS, { cluster2: CACHED }, OWN)] },
      { agents: [ITSELF], secrets: [ours, stored(PEERS, { cluster2: DIRECT })] },
      { agents: [CONNECTING] },
      { agents: [ALONE] },
    ]) {
      const { code, story } = await run("awaitCaches", { caches: [[]], ...given });
      assert.equal(code, 0);
      assert.ok(!story.includes(HURRY));
    }
  });

  it("is given a cache that cannot be asked, with a warning", async () => {
    const old: ExecResult = { code: 1, stdout: "", stderr: 'unknown command "kvstoremesh-dbg"' };
    const { code, stderr } = await run("awaitCaches", { agents: [ITSELF], caches: [old] });
    assert.equal(code, 0);
    assert.match(stderr, /warning: .*cannot be asked what it has in its cache/);
  });
});
