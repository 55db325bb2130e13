import assert from "node:assert/strict";
import { certificateVerbs } from "../../../components/apiserver/certificateVerbs";
import { parseWritten } from "../../../components/apiserver/model/writtenCertificates";
import { apiserverInput } from "../../../components/apiserver/verbs";
import { OtherCluster } from "../../../components/identity/otherCluster";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { writes, type HelmWrites } from "../support/apiserver";
import {
  ADMIN,
  base64,
  bothSecrets as both,
  filesOf,
  helmSecret,
  leafFile as leaf,
  LOCAL,
  secretFields as fieldsOf,
  secretIn,
} from "../support/apiserver/helmSecrets";
import { saidWhile } from "../support/cilium/rollingCluster";

const KUBE_SYSTEM: StoredObject = { kind: "Namespace", metadata: { name: "kube-system", uid: "uid-of-west" } };

const clusterOf = (operation: HelmWrites) =>
  new ClusterInMemory([KUBE_SYSTEM, helmSecret(ADMIN, operation), helmSecret(LOCAL, operation)]);

const INPUT = {
  cluster: { name: "west", context: "west" },
  cilium: { namespace: "kube-system", configMap: "cilium-config", daemonSet: "cilium" },
  owner: "ours",
  clusterUid: "uid-of-west",
};

const LEAVES = { ...leaf("admin"), ...leaf("local") };

function run(
  cluster: ClusterInMemory,
  verb: "writeCertificates" | "restoreCertificates",
  {
    previous = "",
    sent = LEAVES,
    ...over
  }: { previous?: string; sent?: Readonly<Record<string, string>>; clusterUid?: string; lost?: boolean } = {},
) {
  const input = apiserverInput.parse({ ...INPUT, ...over });
  const verbs = certificateVerbs(
    input,
    (use) => use(cluster),
    () => Promise.resolve(sent),
    previous,
  );
  return saidWhile(() => verbs[verb]?.() ?? Promise.reject(new Error(`no ${verb}`)));
}

const dataOf = (cluster: ClusterInMemory, name: string) => secretIn(cluster, name).data ?? {};

for (const operation of ["Update", "Apply"] as const) {
  describe(`the certificates of a clustermesh-apiserver, where Helm writes by ${operation}`, () => {
    it("are written in one write each, with what was there before, and given back field by field", async () => {
      const cluster = clusterOf(operation);
      const untouched = both(cluster);
      const { result, lines } = await run(cluster, "writeCertificates");
      assert.equal(writes(cluster), 2);
      assert.deepEqual(dataOf(cluster, ADMIN), {
        "ca.crt": base64("ca"),
        "tls.crt": base64("admin crt 1"),
        "tls.key": base64("admin key 1"),
        "original.tls.crt": base64("crt of helm"),
        "original.tls.key": base64("key of helm"),
      });
      assert.match(
        lines[0] ?? "",
        /^cluster "west": Secret kube-system\/clustermesh-apiserver-admin-cert has a certificate for/,
      );
      const shown = [result, ...lines].join();
      assert.ok(!/key/.test(shown) && !shown.includes(base64("admin key 1")), shown);
      assert.deepEqual(Object.keys(parseWritten(result)), ["admin", "local"]);
      const back = await run(cluster, "restoreCertificates", { previous: result });
      assert.deepEqual(both(cluster), untouched);
      assert.match(back.lines.join(), /admin-cert has its own certificate back/);
    });

    it("go past no list of processes", async () => {
      const cluster = clusterOf(operation);
      const { result } = await run(cluster, "writeCertificates");
      await run(cluster, "restoreCertificates", { previous: result });
      assert.ok(cluster.callsOf("patch").every(([, , { isSecret }]) => isSecret === true));
    });

    it("stay as they are in a second run, and need no state to be given back", async () => {
      const cluster = clusterOf(operation);
      const untouched = both(cluster);
      const { result } = await run(cluster, "writeCertificates");
      const count = writes(cluster);
      assert.deepEqual(await run(cluster, "writeCertificates", { previous: result }), { result, lines: [] });
      assert.equal(writes(cluster), count);
      await run(cluster, "restoreCertificates");
      assert.deepEqual(both(cluster), untouched);
      const again = await run(cluster, "restoreCertificates", { previous: result });
      assert.deepEqual([again.lines, both(cluster)], [[], untouched]);
    });

    it("are whole again after a run that was killed between the two, on both ways", async () => {
      const cluster = clusterOf(operation);
      const untouched = both(cluster);
      const write = operation === "Update" ? "patch" : "apply";
      const killAfterFirst = () => {
        const done = cluster.callsOf(write).length;
        cluster.fail(() => cluster.callsOf(write).length === done + 2, new Error("killed"), 1);
      };
      killAfterFirst();
      await assert.rejects(run(cluster, "writeCertificates"), /killed/);
      const { result } = await run(cluster, "writeCertificates");
      assert.equal(dataOf(cluster, LOCAL)["tls.crt"], base64("local crt 1"));
      killAfterFirst();
      await assert.rejects(run(cluster, "restoreCertificates", { previous: result }), /killed/);
      await run(cluster, "restoreCertificates", { previous: result });
      assert.deepEqual(both(cluster), untouched);
    });

    it("are renewed with the first originals kept, and one that is not wanted any more is given back", async () => {
      const cluster = clusterOf(operation);
      const untouched = both(cluster);
      const first = await run(cluster, "writeCertificates");
      const second = await run(cluster, "writeCertificates", { previous: first.result, sent: leaf("admin", 2) });
      assert.equal(dataOf(cluster, ADMIN)["tls.crt"], base64("admin crt 2"));
      assert.equal(dataOf(cluster, ADMIN)["original.tls.key"], base64("key of helm"));
      assert.deepEqual(fieldsOf(cluster, LOCAL), untouched[1]);
      assert.deepEqual(Object.keys(parseWritten(second.result)), ["admin"]);
      await run(cluster, "restoreCertificates", { previous: second.result });
      assert.deepEqual(both(cluster), untouched);
    });

    it("are written again where others wrote in between, and not for ever", async () => {
      const cluster = clusterOf(operation);
      cluster.fail((call) => ["patch", "apply"].includes(call.do), faults.conflict(), 2);
      await run(cluster, "writeCertificates");
      assert.equal(dataOf(cluster, ADMIN)["tls.crt"], base64("admin crt 1"));
      const always = clusterOf(operation);
      always.fail((call) => ["patch", "apply"].includes(call.do), faults.conflict());
      await assert.rejects(run(always, "writeCertificates"), /has been modified/);
    });
  });
}

describe("the certificates of a clustermesh-apiserver", () => {
  /** A helm upgrade up to Helm 3: it writes its own keys and leaves others alone. */
  const helmSigns = (cluster: ClusterInMemory, who: string) =>
    cluster.patch([`secret/${ADMIN}`, `secret/${LOCAL}`], "kube-system", {
      manager: "helm",
      patch: { data: filesOf(who) },
    });

  it("that Helm has signed anew since are left, without ours beside them, and that is said", async () => {
    const cluster = clusterOf("Update");
    const { result } = await run(cluster, "writeCertificates");
    await helmSigns(cluster, "a later helm");
    const { lines } = await run(cluster, "restoreCertificates", { previous: result });
    assert.deepEqual(dataOf(cluster, ADMIN), filesOf("a later helm"));
    assert.deepEqual(fieldsOf(cluster, ADMIN).annotations, { "meta.helm.sh/release-name": "cilium" });
    assert.match(
      lines.join(),
      /^warning: cluster "west": Secret \S+admin-cert has another certificate than this stack has written/,
    );
  });

  it("that Helm has signed anew since are the originals where ours are written again", async () => {
    const cluster = clusterOf("Update");
    const { result } = await run(cluster, "writeCertificates");
    await helmSigns(cluster, "a later helm");
    await run(cluster, "writeCertificates", { previous: result });
    await run(cluster, "restoreCertificates", { previous: result });
    assert.deepEqual(dataOf(cluster, ADMIN), filesOf("a later helm"));
  });

  it("go with all that is ours by an upgrade of a Helm that applies: it is the owner of them", async () => {
    const cluster = clusterOf("Apply");
    const { result } = await run(cluster, "writeCertificates");
    const metadata = { name: ADMIN, namespace: "kube-system", annotations: { "meta.helm.sh/release-name": "cilium" } };
    const upgrade = { apiVersion: "v1", kind: "Secret", metadata, data: filesOf("a later helm") };
    await cluster.apply("helm", upgrade, "refuse");
    const upgraded = fieldsOf(cluster, ADMIN);
    await run(cluster, "restoreCertificates", { previous: result });
    assert.deepEqual(fieldsOf(cluster, ADMIN), upgraded);
    assert.deepEqual(upgraded.data, filesOf("a later helm"));
  });

  it("are known by the state where somebody has taken our mark away", async () => {
    const cluster = clusterOf("Update");
    const { result } = await run(cluster, "writeCertificates");
    const patch = { metadata: { annotations: { "cilium-clustermesh/certificate": null } } };
    await cluster.patch([`secret/${ADMIN}`], "kube-system", { manager: "kubectl", patch });
    await run(cluster, "writeCertificates", { previous: result });
    await cluster.patch([`secret/${ADMIN}`], "kube-system", { manager: "kubectl", patch });
    await run(cluster, "restoreCertificates", { previous: result });
    assert.deepEqual(dataOf(cluster, ADMIN), filesOf("helm"));
  });

  it("are left, and that is said, where what was there before is not in the Secret any more", async () => {
    const cluster = clusterOf("Update");
    const { result } = await run(cluster, "writeCertificates");
    const patch = { data: { "original.tls.key": null } };
    await cluster.patch([`secret/${ADMIN}`], "kube-system", { manager: "kubectl", patch });
    const { lines } = await run(cluster, "restoreCertificates", { previous: result });
    assert.equal(dataOf(cluster, ADMIN)["tls.crt"], base64("admin crt 1"));
    assert.match(lines.join(), /what it had before is not in it any more; helm upgrade/);
    assert.deepEqual(Object.keys(fieldsOf(cluster, ADMIN).annotations ?? {}), ["meta.helm.sh/release-name"]);
  });

  it("of another stack, or with a mark that cannot be read, are not touched", async () => {
    for (const [annotation, refused, left] of [
      ['{"owner":"theirs","written":"x"}', /is the mark of another stack/, /it belongs to stack "theirs" by now/],
      ["{", /annotation \S+ cannot be read: it was edited/, /cannot be read$/],
    ] as const) {
      const cluster = clusterOf("Update");
      const patch = { metadata: { annotations: { "cilium-clustermesh/certificate": annotation } } };
      await cluster.patch([`secret/${ADMIN}`], "kube-system", { manager: "kubectl", patch });
      const before = fieldsOf(cluster, ADMIN);
      await assert.rejects(run(cluster, "writeCertificates"), refused);
      const { lines } = await run(cluster, "restoreCertificates");
      assert.match(lines.join(), left);
      assert.deepEqual(fieldsOf(cluster, ADMIN), before);
    }
  });

  it("are none of them written where the second is refused", async () => {
    const refusals = [
      ['{"owner":"theirs","written":"x"}', /local-cert annotation \S+ "theirs" is the mark of another stack/],
      ["{", /local-cert annotation \S+ cannot be read/],
    ] as const;
    for (const [annotation, refused] of refusals) {
      const cluster = clusterOf("Update");
      const patch = { metadata: { annotations: { "cilium-clustermesh/certificate": annotation } } };
      await cluster.patch([`secret/${LOCAL}`], "kube-system", { manager: "kubectl", patch });
      const before = both(cluster);
      await assert.rejects(run(cluster, "writeCertificates"), refused);
      assert.deepEqual(both(cluster), before);
    }
    const cluster = new ClusterInMemory([KUBE_SYSTEM, helmSecret(ADMIN)]);
    await assert.rejects(run(cluster, "writeCertificates"), /local-cert tls\.crt is not there/);
    assert.equal(writes(cluster), 0);
  });

  it("are looked at together, and nothing more where all is as it has to be", async () => {
    const cluster = clusterOf("Update");
    const { result } = await run(cluster, "writeCertificates");
    for (const verb of ["writeCertificates", "restoreCertificates"] as const) {
      const before = cluster.calls.length;
      await run(cluster, verb, { previous: result });
      const reads = cluster.calls.slice(before).map((call) => call.do);
      // Which cluster it is, and both Secrets.
      assert.deepEqual(reads.slice(0, 2), ["object", "objects"]);
      if (verb === "writeCertificates") assert.equal(reads.length, 2);
    }
  });

  it("need the Secret that Helm makes; without it there is nothing to give back", async () => {
    const cluster = new ClusterInMemory([KUBE_SYSTEM]);
    await assert.rejects(
      run(cluster, "writeCertificates"),
      /Secret kube-system\/clustermesh-apiserver-admin-cert tls\.crt is not there.*helm upgrade/,
    );
    assert.deepEqual(await run(cluster, "restoreCertificates"), { result: "", lines: [] });
  });

  it("of another cluster than the one that was recorded are not touched, and a lost one is not asked", async () => {
    const cluster = clusterOf("Update");
    await assert.rejects(run(cluster, "writeCertificates", { clusterUid: "another" }), OtherCluster);
    await assert.rejects(run(cluster, "restoreCertificates", { clusterUid: "another" }), OtherCluster);
    const { result } = await run(cluster, "writeCertificates");
    const count = cluster.calls.length;
    assert.deepEqual(await run(cluster, "writeCertificates", { previous: result, lost: true }), { result, lines: [] });
    const last = await run(cluster, "restoreCertificates", { previous: result, lost: true });
    assert.match(last.lines.join(), /admin-cert and \S+ \S+local-cert keep their certificates .* helm upgrade/);
    assert.equal(cluster.calls.length, count);
  });
});
