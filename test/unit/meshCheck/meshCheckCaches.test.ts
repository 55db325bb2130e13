import assert from "node:assert/strict";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import type { ExecResult } from "../../../components/kubernetes/clusterApi";
import type { CacheInMemory, CiliumCluster } from "../support/cilium/ciliumCluster";
import { check, MEMBERS, meshInMemory, OTHERS_READY, READY, recorded } from "../support/command/runCommand";
import { fixture, textFixture } from "../support/fixtures";

const list = (name: string) => fixture(`status/${name}`) as readonly object[];
const text = (name: string) => textFixture(`troubleshoot/${name}.txt`);
const CACHED = MEMBERS.map((each) => ({
  ...each,
  context: each.name,
  ...(each.name === "cluster1" ? { reads: "cached" } : {}),
}));
const WELL: CacheInMemory = { status: [list("cache-ready")] };
const failed = (stderr: string): ExecResult => ({ code: 1, stdout: "", stderr });
const TOO_OLD = failed('Error: unknown command "kvstoremesh-dbg" for "clustermesh-apiserver"');

/** Agents of cluster1 that read a cache. */
const agents = (status: object): object =>
  JSON.parse(JSON.stringify(status).replaceAll('"required":true', '"kvstoremesh":true,"required":true')) as object;

const meshWith = (caches: Readonly<Record<string, CacheInMemory>>, status = agents(READY), over: CiliumCluster = {}) =>
  meshInMemory({ cluster1: status, ...OTHERS_READY }, { cluster1: { caches, ...over } });

const checked = (mesh: ReturnType<typeof meshInMemory>, seconds: number, previous = "", clusters: object = CACHED) =>
  check(mesh, seconds, { clusters }, previous);

describe("the command that checks a mesh, of clusters whose agents read a cache", () => {
  it("asks KVStoreMesh in every pod, and the agents, and has all of them in its table", async () => {
    const mesh = meshWith({ "api-1": WELL, "api-2": WELL });
    const { code, stdout, stderr } = await checked(mesh, 5);
    assert.equal(code, 0, stderr);
    const rows = parseCheckResult(stdout).readiness.flatMap((row) => ("peer" in row ? [row] : []));
    assert.deepEqual(
      rows.filter(({ cluster }) => cluster === "cluster1").map(({ agent, reader, peer }) => [agent, reader, peer]),
      [
        ["api-1", "kvstoremesh", "cluster2"],
        ["api-1", "kvstoremesh", "cluster3"],
        ["api-2", "kvstoremesh", "cluster2"],
        ["api-2", "kvstoremesh", "cluster3"],
        ["cilium-cluster1", undefined, "cluster2"],
        ["cilium-cluster1", undefined, "cluster3"],
      ],
    );
    assert.ok(rows.every(({ ready }) => ready));
    assert.deepEqual(
      mesh
        .get("cluster1")
        ?.callsOf("annotatePods")
        .map(([, pods]) => pods),
      [["cilium-cluster1"], ["api-1", "api-2"]],
    );
    const dialled = mesh
      .get("cluster1")
      ?.callsOf("exec")
      .filter(([, command]) => command.includes("troubleshoot"));
    assert.deepEqual(
      dialled?.map(([{ pod, container }]) => [pod, container]),
      [
        ["api-1", "kvstoremesh"],
        ["api-2", "kvstoremesh"],
      ],
    );
  });

  it("finds a refused certificate behind agents that say ready, and names pod, peer and cause", async () => {
    const refused = { status: [list("cache-waiting")], troubleshoot: [text("client-refused")] };
    const { code, stderr } = await checked(meshWith({ "api-1": WELL, "api-2": refused }), 1);
    assert.equal(code, 1);
    assert.match(stderr, /the mesh is not ready after 1 s \(1 problem\)/);
    assert.match(
      stderr,
      /cluster "cluster1": kvstoremesh api-2 on node node1, peer "cluster2" not connected: Waiting for initial connection to be established: the etcd of cluster2 refuses this cluster's client certificate \(remote error: tls: bad certificate\)/,
    );
    assert.match(
      stderr,
      /--- cluster cluster1, kvstoremesh api-2: clustermesh-apiserver kvstoremesh-dbg troubleshoot\n/,
    );
  });

  it("finds one that no longer works behind a connection that is still there", async () => {
    const dialling = { ...WELL, troubleshoot: [text("client-expired")] };
    const { code, stderr } = await checked(meshWith({ "api-1": WELL, "api-2": dialling }), 1);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /cluster "cluster1": kvstoremesh api-2 on node node1, peer "cluster2" gets no new connection to its etcd: .*takes for expired/,
    );
    assert.doesNotMatch(stderr, /kvstoremesh api-1/);
  });

  it("has agents wait for their cache, and does not seek the cause at them", async () => {
    const waiting = { status: [list("cache-waiting")], troubleshoot: [text("unknown-ca")] };
    const { code, stderr } = await checked(meshWith({ "api-1": waiting }, agents(recorded("config-not-retrieved"))), 1);
    assert.equal(code, 1);
    assert.match(stderr, /kvstoremesh api-1 .*peer "cluster2" not connected: .*signed by another CA/);
    assert.match(
      stderr,
      /agent cilium-cluster1 .*peer "cluster2" its cluster configuration was not retrieved yet: the cache that it reads, in pod api-1, does not have it ready; see what is said of that pod/,
    );
    assert.doesNotMatch(stderr, /--- cluster cluster1, agent/);
  });

  it("does not take agents for ready that read their peers themselves", async () => {
    const { code, stderr } = await checked(meshWith({ "api-1": WELL }, READY), 1);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /agent cilium-cluster1 on node node1, peer "cluster2" is read from its own etcd, not from the/,
    );
    const direct = MEMBERS.map((each) => ({ ...each, context: each.name }));
    assert.equal((await checked(meshWith({}, agents(READY)), 5, "", direct)).code, 0);
  });

  it("fails where there is no pod with a cache, and where one does not answer", async () => {
    const none = await checked(meshWith({}), 1);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /kvstoremesh - on node -, peer "cluster2" Deployment clustermesh-apiserver has no pod/);
    const silent = await checked(meshWith({ "api-1": WELL, "api-2": { status: [failed("no answer")] } }), 1);
    assert.equal(silent.code, 1);
    assert.match(silent.stderr, /kvstoremesh api-2 on node node1, peer "cluster3" no answer/);
  });

  it("does not pass where KVStoreMesh is too old to be asked: nobody else knows of its peers", async () => {
    const { code, stderr } = await checked(meshWith({ "api-1": { status: [TOO_OLD], troubleshoot: [TOO_OLD] } }), 5);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /kvstoremesh api-1 on node node1, peer "cluster2" .*unknown command/);
  });

  it("takes no text about usage for an answer: there the command is not known", async () => {
    const usage = "CLI for interacting with KVStoreMesh\n\nUsage:\n  clustermesh-apiserver kvstoremesh-dbg [command]\n";
    const { code, stderr } = await checked(meshWith({ "api-1": { ...WELL, troubleshoot: [usage] } }), 5);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning: cluster "cluster1": this Cilium cannot be asked for new connections/);
  });

  it("fails where a cache still lists a peer that has left", async () => {
    const [one, two] = CACHED;
    const previous = JSON.stringify({ clusters: ["cluster2", "cluster3"], readiness: [], paths: [], stalePods: [] });
    const left = JSON.parse(JSON.stringify(agents(READY))) as { "cluster-mesh": { clusters: { name: string }[] } };
    left["cluster-mesh"].clusters = left["cluster-mesh"].clusters.filter(({ name }) => name !== "cluster3");
    const mesh = meshInMemory({ cluster1: left }, { cluster1: { caches: { "api-1": WELL } } });
    const { code, stderr } = await check(mesh, 1, { clusters: [one], externalPeers: [two] }, previous);
    assert.equal(code, 1);
    assert.match(stderr, /agents or caches still list peers that have left after 1 s \(1 problem\)/);
    assert.match(stderr, /kvstoremesh api-1 on node node1, peer "cluster3" is still listed/);
  });
});

describe("the command that checks a mesh, of a peer that comes back while its cache is being emptied", () => {
  const missing = list("cache-ready").slice(1);
  const emptying = (looks: number): CacheInMemory => ({
    status: [...Array<readonly object[]>(looks).fill(missing), list("cache-ready")],
    log: text("log-emptying"),
  });

  it("waits for it, past its limit, and says why, once", async () => {
    const { code, stderr } = await checked(meshWith({ "api-1": emptying(180) }), 10);
    assert.equal(code, 0, stderr);
    const words =
      /peer "cluster2" came back before pod api-1 had forgotten it: its cache is being emptied, which takes three minutes/g;
    assert.equal(stderr.match(words)?.length, 1, stderr);
  });

  it("gives up in the end, and says what to do", async () => {
    const { code, stderr } = await checked(meshWith({ "api-1": emptying(400) }), 10);
    assert.equal(code, 1);
    assert.match(stderr, /the mesh is not ready after 2\d\d(\.\d+)? s/);
    assert.match(
      stderr,
      /kvstoremesh api-1 .*peer "cluster2" its cache is being emptied, which takes three minutes: it came back .*restart Deployment clustermesh-apiserver/,
    );
  });

  it("does not wait longer for one that is merely not there", async () => {
    const { code, stderr } = await checked(meshWith({ "api-1": { status: [missing], log: text("log-emptied") } }), 10);
    assert.equal(code, 1);
    assert.match(stderr, /the mesh is not ready after 10 s/);
    assert.match(stderr, /kvstoremesh api-1 .*peer "cluster2" KVStoreMesh does not know this peer/);
  });
});
