import assert from "node:assert/strict";
import type { PolicyResource } from "../../../policies/model/resource";
import { meshResource, urnOutside, violations } from "../support/policies";

const FILES = ["Secret", "SecretPatch", "ConfigMap", "ConfigMapPatch"].map((kind) => `kubernetes:core/v1:${kind}`);
const SERVICE = "kubernetes:core/v1:Service";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const outside = (resource: PolicyResource) => ({ ...resource, urn: urnOutside(resource.type, "x") });

describe("policies: namespaces", () => {
  const of = (type: string, metadata: object, config = {}) =>
    violations("namespaces", meshResource(type, { metadata }), config);

  it("of Secrets and ConfigMaps are Cilium's, or those of the configuration", () => {
    for (const type of FILES) {
      assert.deepEqual(of(type, { namespace: "kube-system" }), []);
      assert.deepEqual(of(type, { namespace: "cilium" }, { secrets: ["kube-system", "cilium"] }), []);
      for (const namespace of ["default", "team", "kube-system "])
        assert.equal(of(type, { namespace }).length, 1, namespace);
      assert.equal(of(type, { namespace: "kube-system" }, { secrets: [] }).length, 1);
    }
    assert.deepEqual(of("kubernetes:core/v1:Secret", { namespace: "team" }), [
      'Secret "mesh-west-x": namespace "team" is none of kube-system; set cilium.namespace to one of these, or list it in the policy\'s configuration',
    ]);
    // What has none is in `default`.
    assert.match(of("kubernetes:core/v1:Secret", {})[0] ?? "", /namespace "default"/);
  });

  it("of other objects are those of the demo, or of the configuration", () => {
    for (const namespace of ["default", "istio-space"]) {
      assert.deepEqual(of(SERVICE, { namespace }), []);
      assert.deepEqual(of(NAMESPACE, { name: namespace }), []);
    }
    assert.deepEqual(of(SERVICE, {}), []);
    assert.match(
      of(SERVICE, { namespace: "kube-system" })[0] ?? "",
      /"kube-system" is none of default, istio-space; set the demo's serverNamespace or clientNamespace/,
    );
    assert.match(of(NAMESPACE, { name: "team" })[0] ?? "", /namespace "team"/);
    assert.deepEqual(of(NAMESPACE, { name: "team" }, { others: ["team"] }), []);
  });

  it("are free beside the mesh, and nothing of what is in no cluster", () => {
    assert.deepEqual(violations("namespaces", outside(meshResource(SERVICE, { metadata: { namespace: "x" } }))), []);
    assert.deepEqual(of("tls:index/privateKey:PrivateKey", { namespace: "x" }), []);
    assert.deepEqual(of("clustermesh:index:MeshedCluster", { namespace: "x" }), []);
  });

  it("read as they are written, and hide nothing", () => {
    const [line = ""] = of("kubernetes:core/v1:Secret", { namespace: "a\n\u202eb\u001b[31m<{%reset%}>" });
    assert.match(line, /\\u202e/);
    assert.doesNotMatch(line, /[\n\u202e\u001b]|<\{%/);
    const named = { ...meshResource("kubernetes:core/v1:Secret", { metadata: {} }), name: "a\nb" };
    assert.doesNotMatch(violations("namespaces", named).join(), /\n/);
  });
});

describe("policies: mutable Secrets", () => {
  const metadata = { namespace: "kube-system" };
  it("are those that can be updated", () => {
    for (const type of FILES) {
      for (const props of [{ metadata }, { metadata, immutable: false }]) {
        assert.deepEqual(violations("mutable-secret", meshResource(type, props)), []);
      }
      const immutable = meshResource(type, { metadata, immutable: true, data: { key: "c2VjcmV0" } });
      const found = violations("mutable-secret", immutable);
      assert.match(
        found.join(),
        / "mesh-west-x": immutable true has each change delete it first; leave immutable out$/,
      );
      assert.doesNotMatch(found.join(), /c2VjcmV0/);
      assert.deepEqual(violations("mutable-secret", outside(immutable)), []);
      assert.equal(violations("mutable-secret", outside(immutable), { resources: "all" }).length, 1);
    }
    assert.deepEqual(violations("mutable-secret", meshResource(SERVICE, { immutable: true })), []);
  });
});
