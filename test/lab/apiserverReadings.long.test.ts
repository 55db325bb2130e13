import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { makeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { changes } from "../support/events";
import { localConfig } from "../support/stacks/localStack";
import { withMember } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { change, lostOf, trafficEverywhere, type Traffic } from "./support/changing";
import { objectsOf } from "./support/mesh";
import { modesLab, type ModesLab } from "./support/modesLab";
import { READINGS_LAB } from "./support/nodeLab";
import { everyPeerReady, peersSeen } from "./support/peers/peers";

const NAMESPACE = "--namespace=kube-system";
const PEERS = "cilium-clustermesh";
const CACHE = "clustermesh-apiserver.kube-system.svc";

describe("how the agents of a cluster read their peers, changed under traffic", function () {
  this.timeout("12m");
  let own: ModesLab;
  let two: readonly [LabCluster, LabCluster];
  let stack: PulumiStack;
  let traffic: Traffic;
  let untouched: readonly object[];

  /** With the first cluster's agents reading so. */
  const configOf = async (reads?: "direct" | "cached") => {
    const config: Readonly<Record<string, unknown>> = { ...(await localConfig(two)), demo: false };
    const { name } = two[0];
    const member = (config["clusters"] as Readonly<Record<string, object>>)[name];
    return reads === undefined ? config : withMember(config, name, { ...member, reads });
  };

  /** Changes it, while nothing may be lost and no agent is restarted. */
  async function quiet(what: string, reads?: "direct" | "cached") {
    const begin = Date.now();
    const uids = await Promise.all(two.map(agentUids));
    const run = await change(what, stack, await configOf(reads));
    assert.equal(lostOf(what, traffic.since(begin)), 0);
    assert.deepEqual(await Promise.all(two.map(agentUids)), uids, "agents were restarted");
    assert.deepEqual(await peersSeen(two), everyPeerReady(two));
    return run;
  }

  const readsCache = async () => ((await secretFiles(two[0], PEERS))[two[1].name] ?? "").includes(CACHE);
  const hasCaches = async () =>
    (await two[0].run([NAMESPACE, "get", "secret", "cilium-kvstoremesh", "--ignore-not-found", "-o", "name"]))
      .stdout !== "";

  before(async function () {
    this.timeout("30m");
    own = await modesLab(["kvstoremesh", "kvstoremesh"], { name: READINGS_LAB });
    const [first, second] = own.lab.clusters;
    assert.ok(first !== undefined && second !== undefined);
    two = [first, second];
    for (const cluster of two) await makeTrafficPods(cluster);
    untouched = await Promise.all(two.map(objectsOf));
    stack = own.workstation.stack("readings");
    await stack.init(await configOf());
    succeeded(await stack.up());
    traffic = await trafficEverywhere(two);
  });

  after(async () => {
    await traffic.stop();
    await own.end();
  });

  it("from the cache to the peers themselves: KVStoreMesh keeps these until the agents have them", async () => {
    assert.deepEqual([await readsCache(), await hasCaches()], [true, true]);
    const { text } = await quiet("from the cache to direct", "direct");
    assert.match(text, /KVStoreMesh keeps cluster2 in its cache until the agents read these directly/);
    assert.deepEqual([await readsCache(), await hasCaches()], [false, false]);
    assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
  });

  it("at once back, while KVStoreMesh still empties its cache of them: the agents read on directly until it has them again", async () => {
    const { text } = await quiet("from direct to the cache, within three minutes", "cached");
    assert.match(text, /agents go on reading cluster2 directly until KVStoreMesh has them in its cache/);
    assert.deepEqual([await readsCache(), await hasCaches()], [true, true]);
  });

  it("where Helm has taken KVStoreMesh away before: nothing of it has to be kept", async () => {
    const begin = Date.now();
    await two[0].upgradeCilium({ clustermesh: { apiserver: { kvstoremesh: { enabled: false } } } });
    await two[0].run([NAMESPACE, "rollout", "status", "deployment/clustermesh-apiserver", "--timeout=180s"]);
    assert.equal(lostOf("Helm takes KVStoreMesh away", traffic.since(begin)), 0);
    const { text } = await quiet("up finds KVStoreMesh gone");
    assert.match(text, /no pod of clustermesh-apiserver runs KVStoreMesh any more/);
    assert.deepEqual([await readsCache(), await hasCaches()], [false, false]);
  });

  it("where Helm has brought it back: the agents read on directly until it has all", async () => {
    await two[0].upgradeCilium({});
    await two[0].run([NAMESPACE, "rollout", "status", "deployment/clustermesh-apiserver", "--timeout=180s"]);
    const { text } = await quiet("up finds KVStoreMesh");
    assert.match(text, /KVStoreMesh has cluster2; the agents read its cache from now on/);
  });

  it("and the clusters are left as they were", async () => {
    await quiet("destroyed from direct", "direct");
    succeeded(await stack.destroy());
    await waitUntil("no agent lists a peer", 60, async () => (await peersSeen(two)).length === 0);
    assert.deepEqual(await objectsOf(two[1]), untouched[1]);
  });
});
