import assert from "node:assert/strict";
import { targetsOf } from "../../../../components/identity/model/recorded";
import { ISSUE_RECORD_ANNOTATION } from "../../../../components/certificates/model/keyRevisions";
import { FIELD_MANAGER, KEYS_ANNOTATION, OWNER_ANNOTATION } from "../../../../components/kubernetes/model/ownership";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import { secretDrift } from "../../../../components/preflight/model/secretDrift";
import { found, POLICY, type LiveObject } from "../../support/preflight/live";
import { bySeverity } from "../../support/mesh/mesh";

const MARKS = {
  [OWNER_ANNOTATION]: POLICY.owner,
  [KEYS_ANNOTATION]: "cluster1,cluster2",
  [ISSUE_RECORD_ANNOTATION]: "{}",
};

const owned = (keys: Iterable<string>) => Object.fromEntries([...keys].map((key) => [`f:${key}`, {}]));

/** A Secret of this stack's in which these annotations are as it has written them. */
function secret(name: string, marks: Readonly<Record<string, string>>, kept: readonly string[]): LiveObject {
  const data = { cluster1: "eA==", cluster2: "eA==" };
  const fieldsV1 = { "f:data": owned(Object.keys(data)), "f:metadata": { "f:annotations": owned(kept) } };
  const managedFields = [{ manager: FIELD_MANAGER, operation: "Apply", fieldsV1 }];
  const metadata = {
    name,
    namespace: "kube-system",
    uid: "1",
    resourceVersion: "7",
    annotations: marks,
    managedFields,
  };
  return { kind: "Secret", metadata, data };
}

const drift = (...claimed: readonly LiveObject[]) =>
  driftOf([POLICY.peerSecret, "clustermesh-etcd-server"], ...claimed);

function driftOf(names: readonly string[], ...claimed: readonly LiveObject[]) {
  const each = found(1, { claimed });
  const targets = targetsOf(POLICY.cilium, POLICY.peerSecret);
  const recorded = { cluster1: { uid: each.live.uid, set: {}, targets } };
  const clusters = new Map([[each.cluster.name, each.live]]);
  const secrets = () => names;
  const seen = secretDrift([each.cluster], clusters, secrets, { ...POLICY, recorded }, new Date(0));
  return { reapply: seen.changes, lines: bySeverity(seen.diagnostics).warnings.map(formatDiagnostic) };
}

const SERVER = secret("clustermesh-etcd-server", { [OWNER_ANNOTATION]: POLICY.owner }, [OWNER_ANNOTATION]);

describe("model: drift of Secrets", () => {
  it("is none where data and annotations are as they were written", () => {
    const peers = secret(POLICY.peerSecret, MARKS, Object.keys(MARKS));
    assert.deepEqual(drift(peers, SERVER), { reapply: {}, lines: [] });
  });

  for (const mark of Object.keys(MARKS)) {
    const others = Object.keys(MARKS).filter((each) => each !== mark);
    const without = Object.fromEntries(Object.entries(MARKS).filter(([key]) => key !== mark));
    for (const [what, marks] of [
      ["gone", without],
      ["changed", mark === OWNER_ANNOTATION ? MARKS : { ...MARKS, [mark]: "cluster1" }],
    ] as const) {
      it(`is an annotation ${mark} that is ${what}`, () => {
        const { reapply, lines } = drift(secret(POLICY.peerSecret, marks, others), SERVER);
        assert.deepEqual(reapply, { cluster1: "cilium-clustermesh 7" });
        assert.match(
          lines.join("\n"),
          /Secret kube-system\/cilium-clustermesh has lost .*; pulumi up writes it again$/,
        );
      });
    }
  }

  it("is the same in the Secret of KVStoreMesh", () => {
    const caches = "cilium-kvstoremesh";
    const whole = secret(caches, MARKS, Object.keys(MARKS));
    const stripped = secret(caches, { [OWNER_ANNOTATION]: POLICY.owner }, [OWNER_ANNOTATION]);
    assert.deepEqual(driftOf([caches], whole).lines, []);
    assert.match(driftOf([caches], stripped).lines.join("\n"), /cilium-kvstoremesh has lost .*keys/);
  });

  it("is a Secret that was removed", () => {
    assert.match(drift(SERVER).lines.join("\n"), /cilium-clustermesh was removed; pulumi up writes it again$/);
  });
});
