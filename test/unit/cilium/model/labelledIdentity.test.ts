import assert from "node:assert/strict";
import {
  ciliumIdentity,
  formatLabels,
  identityPage,
  kvstoreIdentities,
  numberKey,
} from "../../../../components/cilium/model/labelledIdentity";

const LABELS = {
  "k8s:app": "client",
  "gen:io.cilium.k8s.named-ports": "etcd.TCP.2379",
  "k8s:io.cilium.k8s.policy.cluster": "default",
  "k8s:empty": "",
};
const TEXT =
  "k8s:app=client;gen:io.cilium.k8s.named-ports=etcd.TCP.2379;k8s:io.cilium.k8s.policy.cluster=default;k8s:empty=;";

describe("model: identities of etcd", () => {
  it("are read by number, among lines of a log and keys by labels", () => {
    const listing = [
      'time=2026 level=info msg="Connecting => to etcd"',
      `${numberKey(300)} => ${TEXT}`,
      `cilium/state/identities/v1/value/${TEXT}/10.1.1.1 => 300`,
      `${numberKey(301)} => k8s:a=b;`,
    ].join("\n");
    assert.deepEqual(kvstoreIdentities(listing), {
      identities: [
        { number: 300, labels: LABELS },
        { number: 301, labels: { "k8s:a": "b" } },
      ],
      unread: 0,
    });
  });

  it("are written as they were read, in their order", () => {
    const { identities } = kvstoreIdentities(`${numberKey(300)} => ${TEXT}`);
    assert.deepEqual(
      identities.map(({ labels }) => formatLabels(labels)),
      [TEXT],
    );
  });

  it("are counted where they would not be written so", () => {
    for (const text of ["k8s:a=b", "k8s:a=b;;", "nothing", "k8s:a=b;k8s:a=c;", ""]) {
      assert.deepEqual(kvstoreIdentities(`${numberKey(300)} => ${text}`), { identities: [], unread: 1 }, text);
    }
  });
});

describe("model: CiliumIdentities", () => {
  const item = (name: string) => ({ metadata: { name, uid: "1" }, "security-labels": LABELS });

  it("are read page by page", () => {
    const page = JSON.stringify({
      metadata: { continue: "next" },
      items: [item("300"), item("no-number"), { metadata: { name: "5" } }],
    });
    assert.deepEqual(identityPage(page), { identities: [{ number: 300, labels: LABELS }], unread: 2, next: "next" });
    assert.equal(identityPage('{"items":[]}').next, "");
  });

  it("are made as agents make them: labelled with the pods' namespace alone", () => {
    const labels = { ...LABELS, "k8s:io.kubernetes.pod.namespace": "shop" };
    assert.deepEqual(ciliumIdentity({ number: 301, labels }), {
      apiVersion: "cilium.io/v2",
      kind: "CiliumIdentity",
      metadata: { name: "301", labels: { "io.kubernetes.pod.namespace": "shop" } },
      "security-labels": labels,
    });
    assert.deepEqual(ciliumIdentity({ number: 301, labels: LABELS }), {
      apiVersion: "cilium.io/v2",
      kind: "CiliumIdentity",
      metadata: { name: "301" },
      "security-labels": LABELS,
    });
  });
});
