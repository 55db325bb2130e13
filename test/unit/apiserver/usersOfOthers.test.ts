import assert from "node:assert/strict";
import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults } from "../../support/kubernetes/stateInMemory";
import {
  CHART_TEXT,
  edit,
  editText,
  entry,
  fieldsOf,
  grant,
  helmObject,
  revoke,
  textIn,
  usersIn,
  writes,
} from "../support/apiserver";

describe("a ConfigMap of remote users that others have", () => {
  it("keeps entries of our users that were there before us", async () => {
    const text = `${CHART_TEXT}${entry("a").replace("\n  role", "\n  note: theirs\n  role")}`;
    const cluster = new ClusterInMemory([helmObject(text)]);
    const granted = await grant(cluster, ["a", "b"]);
    assert.deepEqual(granted, { configMap: "helms", added: ["remote-b"], found: ["remote-a"] });
    assert.equal(textIn(cluster), `${text}${entry("b")}`);
    await revoke(cluster, granted);
    assert.equal(textIn(cluster), text);
  });

  it("is not written to where all users are there already", async () => {
    const cluster = new ClusterInMemory([helmObject()]);
    const granted = await grant(cluster, ["x"]);
    await revoke(cluster, granted);
    assert.equal(writes(cluster), 0);
  });

  it("is not written to where one of our users has another role there", async () => {
    const cluster = new ClusterInMemory([helmObject("users:\n- name: remote-a\n  role: root\n")]);
    await assert.rejects(
      grant(cluster, ["a", "b"]),
      /cluster "west": ConfigMap kube-system\/clustermesh-remote-users users.yaml user remote-a role "root" is not "remote".*correct it/,
    );
    assert.equal(writes(cluster), 0);
  });

  it("keeps what others have changed of it since, however it was written before", async () => {
    const cluster = new ClusterInMemory([helmObject("users: []\n")]);
    const granted = await grant(cluster, ["a"]);
    await editText(cluster, `# theirs\n${textIn(cluster) ?? ""}${entry("y")}`);
    await revoke(cluster, granted);
    assert.equal(textIn(cluster), `# theirs\nusers:\n${entry("y")}`);
  });

  it("is changed by what another writer makes of it meanwhile", async () => {
    class Busy extends ClusterInMemory {
      private turn = 0;
      override async patch(...args: Parameters<ClusterApi["patch"]>): Promise<void> {
        // The first of them is to the annotation, and the others to the text.
        if ("metadata" in args[2].patch && [0, 2, 3].includes(this.turn++)) {
          const text = `${textIn(this) ?? ""}${entry(`y${this.turn}`)}`;
          await edit(this, { data: { "users.yaml": text } }, "busy");
        }
        return super.patch(...args);
      }
    }
    const cluster = new Busy([helmObject()]);
    const granted = await grant(cluster, ["a"]);
    const others = `${CHART_TEXT}${entry("y1")}${entry("y3")}${entry("y4")}`;
    assert.equal(textIn(cluster), `${others}${entry("a")}`);
    await revoke(cluster, granted);
    assert.equal(textIn(cluster), others);
  });

  it("is given up after a few conflicts", async () => {
    const cluster = new ClusterInMemory([helmObject()]);
    cluster.fail(({ do: name }) => name === "patch", faults.conflict());
    await assert.rejects(grant(cluster, ["a"]), /has been modified/);
    assert.equal(writes(cluster), 5);
  });

  it("is an error where it does not keep what is written", async () => {
    class Deaf extends ClusterInMemory {
      tries = 0;
      override patch(): Promise<void> {
        this.tries += 1;
        return Promise.resolve();
      }
    }
    const cluster = new Deaf([helmObject()]);
    await assert.rejects(grant(cluster, ["a"]), /"west": ConfigMap .* does not have it; see who else writes/);
    assert.equal(cluster.tries, 1);
  });

  it("is an error where somebody undoes all of it each time", async () => {
    class Undoing extends ClusterInMemory {
      override async patch(...args: Parameters<ClusterApi["patch"]>): Promise<void> {
        await super.patch(...args);
        if ("data" in args[2].patch) this.state.objects = [helmObject()];
      }
    }
    await assert.rejects(grant(new Undoing([helmObject()]), ["a"]), /see who else writes it/);
  });

  it("loses a key that it did not have, although another manager has applied it as well", async () => {
    const cluster = new ClusterInMemory([helmObject(null)]);
    const granted = await grant(cluster, ["a"]);
    const metadata = { name: "clustermesh-remote-users", namespace: "kube-system" };
    const data = { "users.yaml": textIn(cluster) ?? "" };
    await cluster.apply("argocd", { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    await revoke(cluster, granted);
    assert.deepEqual(usersIn(cluster)?.data, {});
    assert.equal(cluster.callsOf("apply").length, 1);
  });

  it("is written in the name of who applies it, before one who has updated it", async () => {
    const { metadata, ...rest } = helmObject();
    const fieldsV1 = { "f:data": { "f:users.yaml": {} } };
    const managers = (["cilium-clustermesh Apply", "kubectl Update", "argocd Apply"] as const).map((each) => {
      const [manager = "", operation = ""] = each.split(" ");
      return { manager, operation, fieldsV1 };
    });
    const cluster = new ClusterInMemory([{ ...rest, metadata: { ...metadata, managedFields: managers } }]);
    await grant(cluster, ["a"]);
    assert.deepEqual(fieldsOf(cluster).owners, [{ manager: "argocd", operation: "Apply" }]);
  });

  it("has one entry for a user of ours again, where somebody has written a second one with another role", async () => {
    const cluster = new ClusterInMemory([helmObject()]);
    const granted = await grant(cluster, ["a"]);
    await editText(cluster, `${textIn(cluster) ?? ""}- name: remote-a\n  role: root\n`);
    const count = writes(cluster);
    await grant(cluster, ["a"], granted);
    assert.equal(textIn(cluster), `${CHART_TEXT}${entry("a")}`);
    assert.equal(writes(cluster), count + 1, "the user is never without an entry");
  });

  for (const text of ["users: [", "hello", "users:\n- remote-a\n", `users: ${"[".repeat(5000)}`]) {
    it(`is refused where it cannot be read: ${JSON.stringify(text.slice(0, 20))}`, async () => {
      const cluster = new ClusterInMemory([helmObject(text)]);
      const words =
        /cluster "west": ConfigMap kube-system\/clustermesh-remote-users users.yaml .*nothing was written.*kubectl --context memory edit configmap/;
      await assert.rejects(grant(cluster, ["a"]), words);
      await assert.rejects(revoke(cluster, { configMap: "helms", added: ["remote-a"], found: [] }), words);
      assert.equal(writes(cluster), 0);
    });
  }
});
