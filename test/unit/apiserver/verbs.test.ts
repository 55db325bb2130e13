import assert from "node:assert/strict";
import { parseGranted } from "../../../components/apiserver/model/grantedUsers";
import { apiserverInput, apiserverVerbs } from "../../../components/apiserver/verbs";
import { RESULT_BYTES } from "../../../components/command/model/outputBudget";
import { byteLength } from "../../../components/basics/model/bounded";
import { OtherCluster } from "../../../components/identity/otherCluster";
import type { Contact } from "../../../components/kubernetes/clusterApi";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { CHART_TEXT, helmObject, textIn, usersIn, writes } from "../support/apiserver";
import { saidWhile } from "../support/cilium/rollingCluster";
import { omit } from "../support/omit";

const KUBE_SYSTEM: StoredObject = { kind: "Namespace", metadata: { name: "kube-system", uid: "uid-of-west" } };

const INPUT = {
  cluster: { name: "west", context: "west" },
  cilium: { namespace: "kube-system", configMap: "cilium-config", daemonSet: "cilium" },
  users: ["remote-a", "remote-b"],
  owner: "ours",
  clusterUid: "uid-of-west",
};

const contactTo =
  (cluster: ClusterInMemory): Contact =>
  (use) =>
    use(cluster);

/** Runs a verb; gives what it prints, and says. */
async function run(
  cluster: ClusterInMemory,
  verb: "grantUsers" | "revokeUsers",
  previous = "",
  input: Partial<typeof INPUT> & { readonly lost?: boolean } = {},
) {
  const verbs = apiserverVerbs(apiserverInput.parse({ ...INPUT, ...input }), contactTo(cluster), previous);
  return saidWhile(() => verbs[verb]?.() ?? Promise.reject(new Error(`no ${verb}`)));
}

describe("the step that looks after remote users", () => {
  it("prints whom it has granted what, and is given that again", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM, helmObject(`${CHART_TEXT}- name: remote-b\n  role: remote\n`)]);
    const { result, lines } = await run(cluster, "grantUsers");
    assert.deepEqual(JSON.parse(result), { configMap: "helms", added: ["remote-a"], found: ["remote-b"] });
    assert.deepEqual(lines, ['cluster "west": ConfigMap kube-system/clustermesh-remote-users has users remote-a']);
    const fewer = await run(cluster, "grantUsers", result, { users: ["remote-b"] });
    assert.deepEqual(parseGranted(fewer.result)?.added, []);
    assert.deepEqual(fewer.lines, [
      'cluster "west": ConfigMap kube-system/clustermesh-remote-users has no user of ours',
    ]);
    const again = await run(cluster, "grantUsers", fewer.result);
    await run(cluster, "revokeUsers", again.result);
    assert.equal(textIn(cluster), `${CHART_TEXT}- name: remote-b\n  role: remote\n`);
  });

  it("says what becomes of the ConfigMap, and nothing where nothing does", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM]);
    const granted = await run(cluster, "grantUsers");
    assert.match(granted.lines.join(), /clustermesh-remote-users was made, and has users remote-a, remote-b$/);
    assert.deepEqual((await run(cluster, "grantUsers", granted.result)).lines, []);
    assert.match(
      (await run(cluster, "revokeUsers", granted.result)).lines.join(),
      /clustermesh-remote-users was removed$/,
    );
    assert.deepEqual(await run(cluster, "revokeUsers", granted.result), { result: "", lines: [] });
  });

  it("adds again what somebody has removed", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM, helmObject()]);
    const { result } = await run(cluster, "grantUsers");
    const whole = textIn(cluster);
    const patch = { data: { "users.yaml": CHART_TEXT } };
    await cluster.patch(["configmap/clustermesh-remote-users"], "kube-system", { manager: "kubectl-edit", patch });
    assert.equal((await run(cluster, "grantUsers", result)).result, result);
    assert.equal(textIn(cluster), whole);
  });

  it("changes nothing in another cluster than the one that was recorded", async () => {
    const cluster = new ClusterInMemory([
      { ...KUBE_SYSTEM, metadata: { name: "kube-system", uid: "another" } },
      helmObject(),
    ]);
    await assert.rejects(run(cluster, "grantUsers"), OtherCluster);
    await assert.rejects(
      run(cluster, "revokeUsers", '{"configMap":"helms","added":["remote-x"],"found":[]}'),
      OtherCluster,
    );
    assert.equal(writes(cluster), 0);
  });

  it("goes by nothing where no cluster was recorded", async () => {
    const cluster = new ClusterInMemory([]);
    await apiserverVerbs(apiserverInput.parse(omit(INPUT, "clusterUid")), contactTo(cluster), "")["grantUsers"]?.();
    assert.notEqual(usersIn(cluster), undefined);
  });

  it("names cluster and what to do where the cluster cannot be reached", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM]);
    cluster.fail(() => true, faults.unreachable());
    await assert.rejects(run(cluster, "revokeUsers"), /cluster "west": The connection .* was refused.*lost: true/);
  });

  it("asks a lost cluster nothing, keeps what is known of it, and names what stays", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM]);
    const { result } = await run(cluster, "grantUsers");
    const count = cluster.calls.length;
    const lost = { lost: true, users: [] };
    assert.deepEqual(await run(cluster, "grantUsers", result, lost), { result, lines: [] });
    const { result: last, lines } = await run(cluster, "revokeUsers", result, lost);
    assert.equal(last, "");
    assert.match(lines.join(), /"west": ConfigMap kube-system\/clustermesh-remote-users keeps remote-a, remote-b$/);
    assert.deepEqual(await run(cluster, "revokeUsers", "", lost), { result: "", lines: [] });
    assert.equal(cluster.calls.length, count);
  });

  it("has room in the state for the users of the largest mesh", async () => {
    const users = Array.from({ length: 511 }, (_, n) => `remote-${String(n).padStart(32, "c")}`);
    const { result } = await run(new ClusterInMemory([KUBE_SYSTEM, helmObject()]), "grantUsers", "", { users });
    assert.ok(byteLength(result) < RESULT_BYTES);
  });
});
