import assert from "node:assert/strict";
import { certificateVerbs } from "../../../components/apiserver/certificateVerbs";
import { apiserverInput, apiserverVerbs } from "../../../components/apiserver/verbs";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults, type Call } from "../../support/kubernetes/stateInMemory";
import { edit, fieldsOf, helmObject, usersIn, writes } from "../support/apiserver";
import { ADMIN, bothSecrets, helmSecret, leafFile, LOCAL, secretIn } from "../support/apiserver/helmSecrets";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { saidWhile } from "../support/cilium/rollingCluster";
import { MEMBER_INPUT, recorded, runCommand } from "../support/command/runCommand";
import { clusterUid, recordText } from "../support/record";

const UNMESHED = { "cluster-name": "default", "cluster-id": "0" };
const INPUT = { ...MEMBER_INPUT, originalConfig: recordText(), publishes: "apiserver" };
const OF_STEPS = apiserverInput.parse({
  ...MEMBER_INPUT,
  users: ["remote-a"],
  clusterUid: clusterUid("cluster1"),
});

/** A cluster as Helm has installed it; nothing in it is later than its pods. */
const clusterOf = (given: CiliumCluster = {}): ClusterInMemory =>
  ciliumCluster("cluster1", {
    agents: { "node-1": recorded("no-peers") },
    config: UNMESHED,
    managedFields: [{ manager: "helm", operation: "Update", time: "2020-11-24T09:00:00Z" }],
    caches: { "api-1": { status: [] } },
    others: [helmSecret(ADMIN), helmSecret(LOCAL), helmObject()],
    ...given,
  });

/** A step that writes, and of which the state then knows nothing. */
async function killed(cluster: ClusterInMemory, verb: "grantUsers" | "writeCertificates"): Promise<void> {
  const contact = <T>(use: (api: ClusterInMemory) => Promise<T>) => use(cluster);
  const sent = () => Promise.resolve({ ...leafFile("admin"), ...leafFile("local") });
  const verbs = { ...apiserverVerbs(OF_STEPS, contact, ""), ...certificateVerbs(OF_STEPS, contact, sent, "") };
  await saidWhile(() => verbs[verb]?.() ?? assert.fail(verb));
}

async function release(cluster: ClusterInMemory, over: object = {}) {
  const before = cluster.calls.length;
  const ended = await runCommand(cluster, "cluster", "release", { ...INPUT, ...over });
  assert.equal(ended.code, 0, ended.stderr);
  // The wait for agents is said in any case.
  const stderr = ended.stderr.replace(/^.*: waiting for the roll-out of .*\n/gm, "");
  return { stderr, calls: cluster.calls.slice(before) };
}

/** What a call changes, in a few words. */
function told(call: Call): readonly string[] {
  if (call.do === "deletePods") return [`delete ${call.args[1].join()}`];
  if (call.do !== "patch") return [];
  const [[name = ""]] = call.args;
  return [name.replace(/^.*(daemonset|deployment)\/.*$/, "roll")];
}

const seen = (cluster: ClusterInMemory) => [...bothSecrets(cluster), fieldsOf(cluster)];

describe("a cluster that leaves after an up that was killed within a step for its clustermesh-apiserver", () => {
  it("has the certificates and users back that no state knows of, and says so", async () => {
    const cluster = clusterOf();
    const untouched = seen(cluster);
    await killed(cluster, "grantUsers");
    await killed(cluster, "writeCertificates");
    const { stderr } = await release(cluster);
    assert.deepEqual(seen(cluster), untouched);
    assert.match(stderr, /admin-cert has its own certificate back/);
    assert.match(stderr, /local-cert has its own certificate back/);
    assert.match(stderr, /clustermesh-remote-users has no user of ours any more/);
    const again = writes(cluster);
    await release(cluster);
    assert.equal(writes(cluster), again);
  });

  it("has them back where that was killed between the two Secrets", async () => {
    const cluster = clusterOf();
    const untouched = seen(cluster);
    cluster.fail((call) => call.do === "patch" && call.args[0].includes(`secret/${LOCAL}`), new Error("killed"), 1);
    await assert.rejects(killed(cluster, "writeCertificates"), /killed/);
    assert.notDeepEqual(seen(cluster), untouched);
    await release(cluster);
    assert.deepEqual(seen(cluster), untouched);
  });

  it("loses the ConfigMap that such a step has made, where Helm has named the cluster too", async () => {
    for (const over of [{}, { identity: "asInstalled" }]) {
      const cluster = clusterOf({ others: [] });
      await killed(cluster, "grantUsers");
      const { stderr } = await release(cluster, over);
      assert.equal(usersIn(cluster), undefined);
      assert.match(stderr, /clustermesh-remote-users was removed/);
    }
  });

  it("has its certificates back before its name, and new pods after both", async () => {
    const cluster = clusterOf({ config: MEMBER_INPUT.desiredConfig, annotation: "abc" });
    await killed(cluster, "writeCertificates");
    const { calls } = await release(cluster);
    assert.deepEqual(calls.flatMap(told), [
      `secret/${ADMIN}`,
      `secret/${LOCAL}`,
      "configmap/cilium-config",
      "roll",
      "delete api-1",
    ]);
  });

  it("has new pods where nothing but its certificates was written, for one may have started with them", async () => {
    const cluster = clusterOf();
    await killed(cluster, "writeCertificates");
    const { calls } = await release(cluster);
    assert.deepEqual(calls.flatMap(told), [`secret/${ADMIN}`, `secret/${LOCAL}`, "delete api-1"]);
    const users = clusterOf();
    await killed(users, "grantUsers");
    assert.ok(!(await release(users)).calls.flatMap(told).includes("delete api-1"));
  });

  it("is asked once whether there is any of it, and where there is none nothing is said or written", async () => {
    const cluster = clusterOf();
    const { calls, stderr } = await release(cluster);
    assert.equal(stderr, "");
    assert.equal(writes(cluster), 0);
    const names = (call: Call) => (call.do === "object" || call.do === "objects" ? [call.args[0]].flat() : []);
    const asked = calls.filter((call) => names(call).some((name) => name.endsWith(ADMIN) || name.endsWith("users")));
    assert.equal(asked.length, 1);
    const ofKvstore = await release(clusterOf(), { publishes: "kvstore" });
    assert.ok(!ofKvstore.calls.flatMap(names).some((name) => name.startsWith("secret/clustermesh-")));
  });

  it("keeps what is another stack's, in silence; what cannot be told is named", async () => {
    const cluster = clusterOf();
    const annotate = (name: string, annotations: object) =>
      cluster.patch([name], "kube-system", { manager: "theirs", patch: { metadata: { annotations } } });
    await annotate(`secret/${ADMIN}`, { "cilium-clustermesh/certificate": '{"owner":"theirs","written":"x"}' });
    await edit(cluster, { metadata: { annotations: { "cilium-clustermesh/users": '{"owner":"theirs","users":[]}' } } });
    const theirs = seen(cluster);
    assert.equal((await release(cluster)).stderr, "");
    await annotate(`secret/${LOCAL}`, { "cilium-clustermesh/certificate": "{" });
    assert.match((await release(cluster)).stderr, /^warning: .*local-cert is left as it is: its annotation .* cannot/);
    assert.deepEqual(seen(cluster).toSpliced(1, 1), theirs.toSpliced(1, 1));
    assert.equal(secretIn(cluster, LOCAL).data?.["tls.crt"], secretIn(clusterOf(), LOCAL).data?.["tls.crt"]);
  });

  it("leaves where its user may not read them: then none of them was written", async () => {
    const cluster = clusterOf();
    cluster.fail(
      (call) => call.do === "objects" && call.args[0].includes(`secret/${ADMIN}`),
      faults.forbidden("secrets"),
    );
    assert.equal((await release(cluster)).stderr, "");
    const granted = clusterOf();
    const untouched = seen(granted);
    await killed(granted, "grantUsers");
    granted.fail(
      (call) => call.do === "objects" && call.args[0].includes(`secret/${ADMIN}`),
      faults.forbidden("secrets"),
    );
    await release(granted);
    assert.deepEqual(seen(granted), untouched);
    const gone = clusterOf();
    gone.fail((call) => call.do === "objects" && call.args[0].includes(`secret/${ADMIN}`), faults.unreachable());
    const ended = await runCommand(gone, "cluster", "release", INPUT);
    assert.match(ended.stderr, /cluster "cluster1": The connection/);
  });
});
