import assert from "node:assert/strict";
import { parseEndpoints, podText } from "../../../../components/cilium/model/endpoints";
import { fixture } from "../../support/fixtures";

const read = (...endpoints: readonly object[]) => parseEndpoints(JSON.stringify(endpoints)).pods;
const named = (pod: string, state: string | null) => ({
  status: { state, identity: { id: 300 }, "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": pod } },
});

/** What an agent of Cilium 1.20 prints: no name of a pod, anywhere. */
const unnamed = (over: object = {}) => ({
  id: 56,
  status: {
    "external-identifiers": { "cni-attachment-id": "2d48f9cc1cd9:eth0" },
    identity: { id: 6642973, labels: ["k8s:app=near", "k8s:io.kubernetes.pod.namespace=shop"] },
    networking: { addressing: [{ ipv4: "10.60.0.86", "ipv4-pool-name": "default", ipv6: "fd00:60::56" }] },
    state: "ready",
    ...over,
  },
});
const addressed = (addressing: object) => unnamed({ networking: { addressing: [addressing] } });

describe("model: the endpoints of pods", () => {
  it("are read, and neither that of the host nor that of the health check", () => {
    const { pods, restored } = parseEndpoints(JSON.stringify(fixture("endpoints/mixed")));
    assert.ok(restored);
    assert.deepEqual(
      pods.map(({ pod }) => podText(pod)),
      [
        "default/protected-db-0",
        "default/employee-6f7c9d-x2x4p",
        "shop/cart-0",
        "kube-system/coredns-5d78c9869d-9xk2p",
        "default/starting",
      ],
    );
    assert.equal(pods[1]?.identity, 38354);
    const host = { id: 1, status: { "external-identifiers": {}, identity: { id: 1, labels: ["reserved:host"] } } };
    assert.deepEqual(read(host), []);
  });

  it("are known by their addresses where an agent tells no name, as since Cilium 1.20", () => {
    assert.deepEqual(read(unnamed()), [
      { pod: { by: "address", namespace: "shop", address: "10.60.0.86" }, identity: 6642973, settled: true },
    ]);
    assert.equal(podText(read(addressed({ ipv6: "fd00:60::56" }))[0]?.pod ?? assert.fail()), "shop/fd00:60::56");
    // Before it has labels and an address.
    const made = read(unnamed({ identity: null, networking: null, state: "creating" }));
    assert.deepEqual(made, [{ pod: { by: "address", namespace: "", address: "" }, identity: 0, settled: false }]);
  });

  it("give nothing into a command that is no address and no namespace", () => {
    const [hostile] = read(addressed({ ipv4: "$(reboot)" }));
    assert.equal(podText(hostile?.pod ?? assert.fail()), "shop/");
    for (const namespace of ["a; reboot", "-A", "--all-namespaces", "a".repeat(300)]) {
      const labels = [`k8s:io.kubernetes.pod.namespace=${namespace}`];
      assert.equal(read(unnamed({ identity: { id: 300, labels } }))[0]?.pod.namespace, "", namespace);
    }
    assert.deepEqual(read(named("--all", "ready")), []);
    assert.equal(podText(read(addressed({ ipv4: "1.2.3.4.5", ipv6: "fd00::1" }))[0]?.pod ?? assert.fail()), "shop/");
  });

  it("are settled where they are ready, and in no other state", () => {
    const states = ["waiting-to-regenerate", "restoring", "regenerating", "not-ready", "waiting-for-identity", null];
    for (const state of states) {
      assert.deepEqual(
        [read(named("a", state)), read(unnamed({ state }))].flat().map(({ settled }) => settled),
        [false, false],
      );
    }
    assert.equal(read(named("a", "ready"))[0]?.settled, true);
  });

  it("may be none, or in the making", () => {
    assert.deepEqual(parseEndpoints("null"), { pods: [], restored: false });
    const made = parseEndpoints('[{"id":7,"status":{"state":"creating"}},{"id":8}]');
    assert.deepEqual(made, { pods: [], restored: false });
  });

  it("are not read of what is no list of endpoints", () => {
    assert.throws(() => parseEndpoints('{"id":1}'));
    assert.throws(() => parseEndpoints("ENDPOINT   POLICY"));
  });
});
