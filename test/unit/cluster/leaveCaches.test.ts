import assert from "node:assert/strict";
import { managedObjectList } from "../../../components/kubernetes/model/managedObject";
import type { Call } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT, recorded, runCommand } from "../support/command/runCommand";
import { recordOf, recordText } from "../support/record";

const NAMESPACE = "kube-system";
const secretOf = (name: string) => ({ resource: "secrets", name, namespace: NAMESPACE });
const [CACHES, PEERS, SERVER] = ["cilium-kvstoremesh", "cilium-clustermesh", "etcd-server"].map(secretOf) as [
  ReturnType<typeof secretOf>,
  ReturnType<typeof secretOf>,
  ReturnType<typeof secretOf>,
];

const stored = ({ name }: { readonly name: string }, data: Readonly<Record<string, string>>): StoredObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    ...{ name, namespace: NAMESPACE, uid: name, resourceVersion: "1" },
    annotations: { "cilium-clustermesh/owner": MEMBER_INPUT.owner, "cilium-clustermesh/keys": "cluster2" },
  },
  data,
});

/** What a call changes, or asks agents, in a few words. */
function told(call: Call): readonly string[] {
  switch (call.do) {
    case "annotatePods":
      return [`hurry ${call.args[1].join()}`];
    case "deleteObject":
      return [`delete ${call.args[0].name}`];
    case "patch":
      return [`patch ${call.args[0].join()}`];
    case "exec":
      return [`ask ${call.args[0].container}`];
    default:
      return [];
  }
}

const OURS = { cluster2: "" };

interface Given {
  readonly managedObjects: readonly object[];
  readonly over?: object;
  /** The keys of the two Secrets. */
  readonly data?: Readonly<Record<string, string>>;
  readonly agent?: string;
  readonly record?: Parameters<typeof recordText>[0];
}

async function leave(verb: string, { managedObjects, over, data = OURS, agent = "no-peers", record }: Given) {
  const cluster = ciliumCluster("cluster1", {
    agents: { "node-1": recorded(agent) },
    caches: { "api-1": { status: [] } },
    config: { "cluster-name": "cluster1", "cluster-id": "101" },
    others: [stored(CACHES, data), stored(PEERS, data), stored(SERVER, {})],
  });
  const input = { ...MEMBER_INPUT, originalConfig: recordText(record), managedObjects, ...over };
  const ended = await runCommand(cluster, "cluster", verb, input);
  assert.equal(ended.code, 0, ended.stderr);
  return { ...ended, story: cluster.calls.flatMap(told) };
}

const AGENTS_ASKED = ["hurry cilium-cluster1-node-1", "ask cilium-agent"];
const CACHES_GO = [`delete ${CACHES.name}`, "hurry api-1"];

describe("a cluster that leaves, whose agents read a cache", () => {
  it("takes the peers from its agents, waits until these have none, and then takes them from KVStoreMesh", async () => {
    for (const managedObjects of [
      [CACHES, PEERS, SERVER],
      [PEERS, SERVER, CACHES],
    ]) {
      const { story } = await leave("removeObjects", { managedObjects });
      const agentsFirst = story.filter((each) => each !== `delete ${SERVER.name}`);
      assert.deepEqual(agentsFirst, [`delete ${PEERS.name}`, ...AGENTS_ASKED, ...CACHES_GO]);
      assert.ok(story.indexOf(`delete ${SERVER.name}`) < story.indexOf(`delete ${CACHES.name}`));
    }
  });

  it("goes on where agents keep a peer, after it has said so", async () => {
    const { story, stderr } = await leave("removeObjects", { managedObjects: [CACHES, PEERS], agent: "ready" });
    assert.match(stderr, /warning: cluster "cluster1": cilium-cluster1-node-1 still list peers/);
    assert.deepEqual(story.slice(-2), CACHES_GO);
  });

  it("keeps the order where roll-outs are not awaited, and in the last step, which has nothing to wait for", async () => {
    const rollOut = { await: false, timeoutSeconds: 5 };
    const managedObjects = [PEERS, CACHES];
    const { story } = await leave("removeObjects", { managedObjects, over: { rollOut } });
    assert.deepEqual(story, [`delete ${PEERS.name}`, ...CACHES_GO]);
    const last = await leave("release", { managedObjects, over: { rollOut } });
    assert.deepEqual(
      last.story.filter((each) => /delete|hurry/.test(each)),
      [`delete ${PEERS.name}`, ...CACHES_GO],
    );
  });

  it("keeps what was in an adopted Secret of KVStoreMesh, and the Secret where it was there before", async () => {
    const managedObjects = [CACHES, PEERS];
    const { story } = await leave("removeObjects", { managedObjects, data: { ...OURS, theirs: "" } });
    assert.deepEqual(story[0], "patch secret/cilium-clustermesh");
    assert.ok(story.includes("patch secret/cilium-kvstoremesh") && !story.some((each) => each.startsWith("delete")));
    const record = { kvstoremeshSecret: "present" } as const;
    const empty = await leave("removeObjects", { managedObjects, record });
    assert.deepEqual(
      empty.story.filter((each) => each.startsWith("patch")),
      ["patch secret/cilium-kvstoremesh"],
    );
    assert.ok(empty.story.includes("delete cilium-clustermesh"));
  });

  it("is unlike one whose agents read their peers themselves: there nothing waits, and no pod of an apiserver is told", async () => {
    const { story } = await leave("removeObjects", { managedObjects: [PEERS, SERVER] });
    assert.deepEqual(story, [`delete ${SERVER.name}`, `delete ${PEERS.name}`]);
  });
});

describe("a cluster that joins, whose agents read a cache", () => {
  const config = { "cluster-name": "default", "cluster-id": "0" };
  const bare = ({ name }: { readonly name: string }, data: Readonly<Record<string, string>>): StoredObject => ({
    ...{ apiVersion: "v1", kind: "Secret", data },
    metadata: { name, namespace: NAMESPACE, uid: name },
  });
  const record = async (others: readonly StoredObject[], over: object = {}, verb = "record", previous = "") => {
    const cluster = ciliumCluster("cluster1", { config, others });
    const managedObjects = managedObjectList.parse([CACHES, PEERS]);
    const input = { ...MEMBER_INPUT, managedObjects, peerKeys: ["cluster2", "mesh.ca.crt"], ...over };
    const { code, stdout, stderr } = await runCommand(cluster, "cluster", verb, input, previous);
    return { code, stderr, recorded: code === 0 ? (JSON.parse(stdout) as Readonly<Record<string, unknown>>) : {} };
  };

  it("has recorded whether the Secret of KVStoreMesh was there, also where it was meshed before without", async () => {
    assert.equal((await record([])).recorded["kvstoremeshSecret"], "absent");
    assert.equal((await record([], { managedObjects: [PEERS] })).recorded["kvstoremeshSecret"], undefined);
    const adopted = await record([bare(CACHES, {})], { adoptSecret: true });
    assert.equal(adopted.recorded["kvstoremeshSecret"], "present", adopted.stderr);
    const set = { "cluster-name": "cluster1", "cluster-id": "101" };
    const again = await record([], {}, "keep", JSON.stringify(recordOf({ set })));
    assert.equal(again.recorded["kvstoremeshSecret"], "absent", again.stderr);
    const kept = JSON.stringify(recordOf({ set, kvstoremeshSecret: "present" }));
    assert.equal((await record([], {}, "keep", kept)).recorded["kvstoremeshSecret"], "present");
  });

  it("does not take over a Secret of KVStoreMesh with another owner, nor keys in one that it adopts", async () => {
    const foreign = await record([bare(CACHES, {})]);
    assert.match(foreign.stderr, /Secret kube-system\/cilium-kvstoremesh exists/);
    const clash = await record([bare(CACHES, { "mesh.ca.crt": "" })], { adoptSecret: true });
    assert.match(
      clash.stderr,
      /Secret kube-system\/cilium-kvstoremesh \["mesh\.ca\.crt"\] are keys that it has already/,
    );
  });
});
