import assert from "node:assert/strict";
import type { GrantedUsers } from "../../../components/apiserver/model/grantedUsers";
import { USERS_ANNOTATION, usersObject } from "../../../components/apiserver/model/usersObject";
import { grantInConfigMap, revokeInConfigMap } from "../../../components/apiserver/usersConfigMap";
import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import { OWNER_ANNOTATION } from "../../../components/kubernetes/model/ownership";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults } from "../../support/kubernetes/stateInMemory";
import {
  CHART_TEXT,
  fieldsOf,
  helmObject,
  helmUpgrade,
  textIn,
  usersIn,
  usersOf,
  writes,
  type HelmWrites,
} from "../support/apiserver";
import { saidWhile } from "../support/cilium/rollingCluster";

const entry = (name: string) => `- name: remote-${name}\n  role: remote\n`;
const named = (...names: readonly string[]) => names.map((name) => `remote-${name}`);

const grant = async (cluster: ClusterApi, names: readonly string[], last?: GrantedUsers) =>
  (await saidWhile(() => grantInConfigMap(cluster, usersOf(last), named(...names)))).result;
const revoke = async (cluster: ClusterApi, last?: GrantedUsers) =>
  (await saidWhile(() => revokeInConfigMap(cluster, usersOf(last)))).lines;

const place = ["configmap/clustermesh-remote-users"] as const;
const edit = (cluster: ClusterApi, patch: object, manager = "kubectl-edit") =>
  cluster.patch(place, "kube-system", { manager, patch });
const editText = (cluster: ClusterApi, text: string | null) => edit(cluster, { data: { "users.yaml": text } });

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

const WAYS: readonly HelmWrites[] = ["Update", "Apply"];

/** Texts of Helm and others: of some no trace can be left in the list itself. */
const TEXTS: readonly (string | null)[] = [
  CHART_TEXT,
  "users:\n",
  "# all\nusers:\n  - role: remote # r\n    name: remote-x\n    note: kept\n\n# end",
  "users: []\n",
  "users: [{name: remote-x, role: remote}] # all\n",
  '{"users": null, "more": [1]}',
  "",
  null,
];

for (const operation of WAYS) {
  describe(`a ConfigMap of remote users that Helm has, by ${operation}`, () => {
    it("gets entries beside Helm's, and is what it was when they are gone", async () => {
      for (const text of TEXTS) {
        const before = fieldsOf(new ClusterInMemory([helmObject(text, operation)]));
        const cluster = new ClusterInMemory([helmObject(text, operation)]);
        const granted = await grant(cluster, ["a"]);
        assert.deepEqual(granted.added, ["remote-a"]);
        const after = await grant(cluster, ["b", "c"], granted);
        assert.ok(!textIn(cluster)?.includes("remote-a") && textIn(cluster)?.includes("remote-b"));
        const count = writes(cluster);
        await grant(cluster, ["b", "c"], after);
        assert.equal(writes(cluster), count);
        await revoke(cluster, after);
        assert.deepEqual(fieldsOf(cluster), before, String(text));
        const done = writes(cluster);
        assert.deepEqual(await revoke(cluster, after), []);
        assert.equal(writes(cluster), done);
      }
    });

    it("is what it was without anything of the state, and where no user is wanted any more", async () => {
      for (const text of TEXTS) {
        const before = fieldsOf(new ClusterInMemory([helmObject(text, operation)]));
        const cluster = new ClusterInMemory([helmObject(text, operation)]);
        await grant(cluster, ["a"]);
        await grant(cluster, ["b"]);
        await grant(cluster, []);
        assert.deepEqual(fieldsOf(cluster), before);
        await grant(cluster, ["b"]);
        await revoke(cluster);
        assert.deepEqual(fieldsOf(cluster), before);
      }
    });

    it("is what it was, wherever the runs end before", async () => {
      for (const text of TEXTS) {
        const before = fieldsOf(new ClusterInMemory([helmObject(text, operation)]));
        for (const killedAt of [1, 2, 3, 4, 5, 6, 7]) {
          const cluster = new ClusterInMemory([helmObject(text, operation)]);
          let count = 0;
          const isIt = ({ do: name }: { readonly do: string }) =>
            ["apply", "patch", "deleteObject"].includes(name) && (count += 1) === killedAt;
          cluster.fail(isIt, new Error("killed"));
          // What a run that was killed would have printed is not known to the next one.
          let last: GrantedUsers | undefined;
          for (const names of [
            ["a", "b"],
            ["b", "c"],
          ]) {
            last = await grant(cluster, names, last).catch(() => grant(cluster, names, last));
            for (const name of names) assert.ok(textIn(cluster)?.includes(`remote-${name}`));
          }
          assert.ok(!textIn(cluster)?.includes("remote-a"));
          await revoke(cluster, last).catch(() => revoke(cluster, last));
          assert.deepEqual(fieldsOf(cluster), before, `${String(text)} killed at ${killedAt}`);
        }
      }
    });

    it("does not refuse Helm's next upgrade, and gets its users again after it", async () => {
      const cluster = new ClusterInMemory([helmObject(CHART_TEXT, operation)]);
      const granted = await grant(cluster, ["a"]);
      const text = `${CHART_TEXT}${entry("y")}`;
      await helmUpgrade(cluster, text, operation);
      assert.equal(textIn(cluster), text);
      await grant(cluster, ["a"], granted);
      assert.equal(textIn(cluster), `${text}${entry("a")}`);
      await helmUpgrade(cluster, text, operation);
      await revoke(cluster, granted);
      assert.deepEqual(fieldsOf(cluster), fieldsOf(new ClusterInMemory([helmObject(text, operation)])));
    });
  });
}

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
      private left = 3;
      override async patch(...args: Parameters<ClusterApi["patch"]>): Promise<void> {
        if (args[2].manager !== "busy" && (this.left -= 1) >= 0) {
          const text = `${textIn(this) ?? ""}${entry(`y${this.left}`)}`;
          await edit(this, { data: { "users.yaml": text } }, "busy");
        }
        return super.patch(...args);
      }
    }
    const cluster = new Busy([helmObject()]);
    const granted = await grant(cluster, ["a"]);
    const others = `${CHART_TEXT}${entry("y2")}${entry("y1")}${entry("y0")}`;
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
      override patch(): Promise<void> {
        return Promise.resolve();
      }
    }
    await assert.rejects(
      grant(new Deaf([helmObject()]), ["a"]),
      /"west": ConfigMap .* does not have it; see who else writes/,
    );
  });

  it("is an error where somebody undoes each write", async () => {
    class Undoing extends ClusterInMemory {
      override async patch(...args: Parameters<ClusterApi["patch"]>): Promise<void> {
        await super.patch(...args);
        this.state.objects = [
          { ...helmObject(), metadata: { ...helmObject().metadata, labels: { at: this.state.next() } } },
        ];
      }
    }
    await assert.rejects(grant(new Undoing([helmObject()]), ["a"]), /see who else writes it/);
  });

  for (const text of ["users: [", "hello", "users:\n- remote-a\n", `users: ${"[".repeat(5000)}`]) {
    it(`is refused where it cannot be read: ${JSON.stringify(text.slice(0, 20))}`, async () => {
      const cluster = new ClusterInMemory([helmObject(text)]);
      const words =
        /cluster "west": ConfigMap kube-system\/clustermesh-remote-users users.yaml .*nothing was written.*kubectl edit configmap/;
      await assert.rejects(grant(cluster, ["a"]), words);
      await assert.rejects(revoke(cluster, { configMap: "helms", added: ["remote-a"], found: [] }), words);
      assert.equal(writes(cluster), 0);
    });
  }
});
