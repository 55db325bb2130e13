import assert from "node:assert/strict";
import type { GrantedUsers } from "../../../components/apiserver/model/grantedUsers";
import { claimText } from "../../../components/apiserver/model/usersClaim";
import { USERS_ANNOTATION } from "../../../components/apiserver/model/usersObject";
import { grantInConfigMap, revokeInConfigMap } from "../../../components/apiserver/usersConfigMap";
import { OWNER_ANNOTATION } from "../../../components/kubernetes/model/ownership";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { CHART_TEXT, fieldsOf, helmObject, textIn, usersIn, usersOf, writes } from "../support/apiserver";
import { saidWhile } from "../support/cilium/rollingCluster";

const grant = async (cluster: ClusterInMemory, last?: GrantedUsers, owner?: string) =>
  (await saidWhile(() => grantInConfigMap(cluster, usersOf(last, owner), ["remote-a"]))).result;
const revoke = async (cluster: ClusterInMemory, last?: GrantedUsers, owner?: string) =>
  (await saidWhile(() => revokeInConfigMap(cluster, usersOf(last, owner)))).lines;

/** Writes the annotation, or removes it, by hand. */
const annotate = (cluster: ClusterInMemory, value: string | null) =>
  cluster.patch(["configmap/clustermesh-remote-users"], "kube-system", {
    manager: "kubectl-annotate",
    patch: { metadata: { annotations: { [USERS_ANNOTATION]: value } } },
  });

describe("the users of two stacks in one ConfigMap", () => {
  const there: Readonly<Record<string, () => ClusterInMemory>> = {
    "where the other one has made it": () => new ClusterInMemory([]),
    "where Helm has": () => new ClusterInMemory([helmObject()]),
  };
  for (const [where, make] of Object.entries(there)) {
    it(`are refused to the second, ${where}`, async () => {
      const cluster = make();
      await grant(cluster, undefined, "theirs");
      const before = usersIn(cluster);
      await assert.rejects(
        grant(cluster),
        /cluster "west": ConfigMap kube-system\/clustermesh-remote-users annotation \S+ "theirs" is the mark of another stack.*pulumi destroy/,
      );
      assert.deepEqual(usersIn(cluster), before);
    });

    it(`are left to the one that has them by now, ${where}`, async () => {
      const cluster = make();
      const granted = await grant(cluster);
      await revoke(cluster);
      await grant(cluster, undefined, "theirs");
      const before = usersIn(cluster);
      assert.match(
        (await revoke(cluster, granted)).join(),
        /warning: .*left as it is: it belongs to stack "theirs" by now/,
      );
      assert.deepEqual(usersIn(cluster), before);
    });
  }

  it("are refused by the mark of its maker too, where the other annotation is gone", async () => {
    const cluster = new ClusterInMemory([]);
    await grant(cluster, undefined, "theirs");
    await annotate(cluster, null);
    await assert.rejects(grant(cluster), new RegExp(`${OWNER_ANNOTATION} "theirs"`));
  });
});

describe("remote users whose annotation is not what was written", () => {
  const ORIGINAL = fieldsOf(new ClusterInMemory([helmObject()]));

  it("are known from the state where it is gone or damaged, and it is written again", async () => {
    for (const value of [null, "{", "x".repeat(70_000)]) {
      const cluster = new ClusterInMemory([helmObject()]);
      const granted = await grant(cluster);
      await annotate(cluster, value);
      assert.deepEqual(await grant(cluster, granted), granted);
      assert.equal(
        usersIn(cluster)?.metadata.annotations?.[USERS_ANNOTATION],
        claimText({ owner: "ours", users: ["remote-a"] }),
      );
      await annotate(cluster, value);
      await revoke(cluster, granted);
      assert.deepEqual(fieldsOf(cluster), ORIGINAL);
    }
  });

  it("are Helm's where the ConfigMap is another one", async () => {
    const cluster = new ClusterInMemory([helmObject(`${CHART_TEXT}- name: remote-a\n  role: remote\n`)]);
    const last = { configMap: "before", added: ["remote-a"], found: [] };
    assert.deepEqual(await grant(cluster, last), { configMap: "helms", added: [], found: ["remote-a"] });
    await revoke(cluster, last);
    assert.equal(writes(cluster), 0);
  });

  it("are not guessed where it is damaged and the state is lost", async () => {
    const cluster = new ClusterInMemory([helmObject()]);
    await grant(cluster);
    await annotate(cluster, "{");
    const text = textIn(cluster);
    await assert.rejects(
      grant(cluster),
      /annotation cilium-clustermesh\/users cannot be read.*write back what was there/,
    );
    assert.match(
      (await revoke(cluster)).join(),
      /warning: .*cannot be read, so which users are this stack's is not known/,
    );
    assert.equal(textIn(cluster), text);
  });

  it("do no harm with a text from before that cannot be read", async () => {
    const cluster = new ClusterInMemory([helmObject()]);
    const granted = await grant(cluster);
    await annotate(cluster, claimText({ owner: "ours", users: ["remote-a"], before: "users: [" }));
    await revoke(cluster, granted);
    assert.deepEqual(fieldsOf(cluster), ORIGINAL);
  });
});
