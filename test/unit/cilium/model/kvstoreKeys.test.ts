import assert from "node:assert/strict";
import { identityKeys } from "../../../../components/cilium/model/kvstoreKeys";

const LABELS = "k8s:app=db;k8s:io.cilium.k8s.policy.cluster=cluster1;";
const LISTING = [
  'time=2026-11-24T06:18:53Z level=info msg="Creating etcd client" subsys=cilium-dbg',
  `cilium/state/identities/v1/id/6619639 => ${LABELS}`,
  `cilium/state/identities/v1/value/${LABELS}/10.1.1.11 => 6619639`,
  "cilium/state/identities/v1/id/22686 => k8s:app=db;k8s:io.cilium.k8s.policy.cluster=default;",
  "cilium/state/identities/v1/value/k8s:app=db;k8s:io.cilium.k8s.policy.cluster=default;/10.1.1.11 => 22686",
  "cilium/state/identities/v1/id/6687567 => k8s:app=x;k8s:io.cilium.k8s.policy.cluster=cluster2;",
  "cilium/state/identities/v1/locks/6619639 => x",
  "",
].join("\n");

describe("model: identityKeys", () => {
  it("are those of the id alone, by number and by labels", () => {
    assert.deepEqual(identityKeys(LISTING, 101, 255), [
      "cilium/state/identities/v1/id/6619639",
      `cilium/state/identities/v1/value/${LABELS}/10.1.1.11`,
    ]);
    assert.deepEqual(identityKeys(LISTING, 102, 255), ["cilium/state/identities/v1/id/6687567"]);
    assert.deepEqual(identityKeys(LISTING, 103, 255), []);
  });

  it("depend on how many bits of a number are the cluster's", () => {
    assert.deepEqual(identityKeys(LISTING, 101, 511), []);
    assert.equal(identityKeys(LISTING, 202, 511).length, 2);
  });

  it("are none in what is no listing", () => {
    assert.deepEqual(identityKeys("", 101, 255), []);
    assert.deepEqual(identityKeys("Error: no such key", 101, 255), []);
  });
});
