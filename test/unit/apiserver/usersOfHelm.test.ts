import assert from "node:assert/strict";
import type { GrantedUsers } from "../../../components/apiserver/model/grantedUsers";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import {
  CHART_TEXT,
  entry,
  fieldsOf,
  grant,
  helmObject,
  helmUpgrade,
  revoke,
  textIn,
  writes,
  type HelmWrites,
} from "../support/apiserver";

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
