import assert from "node:assert/strict";
import { USERS_ANNOTATION, usersObject } from "../../../components/apiserver/model/usersObject";
import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import { OWNER_ANNOTATION } from "../../../components/kubernetes/model/ownership";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import {
  CHART_TEXT,
  edit,
  editText,
  entry,
  fieldsOf,
  grant,
  helmObject,
  named,
  revoke,
  textIn,
  usersIn,
  writes,
} from "../support/apiserver";

describe("a ConfigMap of remote users that this stack makes", () => {
  it("has its mark and its users, and is removed with them", async () => {
    const cluster = new ClusterInMemory([]);
    const granted = await grant(cluster, ["a", "b"]);
    const made = usersIn(cluster);
    assert.deepEqual(granted, { configMap: made?.metadata.uid, added: named("a", "b"), found: [] });
    assert.equal(made?.metadata.annotations?.[OWNER_ANNOTATION], "ours");
    assert.equal(textIn(cluster), `users:\n${entry("a")}${entry("b")}`);
    assert.equal(writes(cluster), 1);
    await grant(cluster, ["a", "b"], granted);
    assert.equal(writes(cluster), 1);
    await revoke(cluster, granted);
    assert.equal(usersIn(cluster), undefined);
    assert.deepEqual(await revoke(cluster, granted), []);
  });

  it("is made for a cluster without peers too, for its pods do not start without it", async () => {
    const cluster = new ClusterInMemory([]);
    await grant(cluster, []);
    assert.equal(textIn(cluster), "users:\n");
  });

  it("follows the peers, whatever others have edited of it", async () => {
    const cluster = new ClusterInMemory([]);
    const granted = await grant(cluster, ["a", "b"]);
    await editText(cluster, `users:\n${entry("a").replace("role: remote", "role: root")}${entry("x")}`);
    await grant(cluster, ["a", "c"], granted);
    assert.equal(textIn(cluster), `users:\n${entry("x")}${entry("a")}${entry("c")}`);
    await editText(cluster, null);
    await grant(cluster, ["c"], granted);
    assert.equal(textIn(cluster), `users:\n${entry("c")}`);
  });

  it("stays where others have put something there, without our entries and marks", async () => {
    const others: readonly (readonly [object, object])[] = [
      [{ data: { "users.yaml": `users:\n${entry("a")}${entry("x")}` } }, { "users.yaml": `users:\n${entry("x")}` }],
      [{ data: { other: "1" } }, { "users.yaml": "users:\n", other: "1" }],
      [{ metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } }, { "users.yaml": "users:\n" }],
      [{ metadata: { annotations: { theirs: "1" } } }, { "users.yaml": "users:\n" }],
      [{ binaryData: { other: "AA==" } }, { "users.yaml": "users:\n" }],
      [{ data: { "users.yaml": `users:\n${entry("a")}more: 1\n` } }, { "users.yaml": "users:\nmore: 1\n" }],
    ];
    for (const [patch, left] of others) {
      const cluster = new ClusterInMemory([]);
      const granted = await grant(cluster, ["a"]);
      await edit(cluster, patch);
      await revoke(cluster, granted);
      assert.deepEqual(usersIn(cluster)?.data, left);
      const { annotations = {} } = usersIn(cluster)?.metadata ?? {};
      assert.ok(!(OWNER_ANNOTATION in annotations) && !(USERS_ANNOTATION in annotations));
    }
  });

  it("is not removed where somebody puts something there at that moment", async () => {
    class Late extends ClusterInMemory {
      override async deleteObject(...args: Parameters<ClusterApi["deleteObject"]>): Promise<void> {
        if (textIn(this)?.includes("remote-x") !== true) await editText(this, `${textIn(this) ?? ""}${entry("x")}`);
        return super.deleteObject(...args);
      }
    }
    const cluster = new Late([]);
    await revoke(cluster, await grant(cluster, ["a"]));
    assert.equal(textIn(cluster), `users:\n${entry("x")}`);
  });

  it("gives way to one that Helm makes at that moment", async () => {
    class Late extends ClusterInMemory {
      override async apply(...args: Parameters<ClusterApi["apply"]>): Promise<void> {
        if (usersIn(this) === undefined) this.state.objects = [helmObject()];
        return super.apply(...args);
      }
    }
    const cluster = new Late([]);
    const granted = await grant(cluster, ["a"]);
    assert.equal(textIn(cluster), `${CHART_TEXT}${entry("a")}`);
    await revoke(cluster, granted);
    assert.deepEqual(fieldsOf(cluster), fieldsOf(new ClusterInMemory([helmObject()])));
  });

  it("is there again after somebody has removed it", async () => {
    const cluster = new ClusterInMemory([]);
    const granted = await grant(cluster, ["a"]);
    await cluster.deleteObject(usersObject({ namespace: "kube-system" }), "v1", {});
    await grant(cluster, ["a"], granted);
    assert.equal(textIn(cluster), `users:\n${entry("a")}`);
  });
});
