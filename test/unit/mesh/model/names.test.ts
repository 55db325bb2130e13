import assert from "node:assert/strict";
import fc from "fast-check";
import { clusterNameFault, isHostName, isObjectName, meshHostName } from "../../../../components/mesh/model/names";
import { hostile } from "../../support/mesh/arbitraries";

describe("model: names of clusters", () => {
  for (const name of ["a", "1", "cluster1", "eu-west-1", "a--b", "a".repeat(32)]) {
    it(`may be ${name}`, () => {
      assert.equal(clusterNameFault(name), undefined);
    });
  }

  const rule = "does not follow Cilium's rule for cluster names";
  for (const name of ["", "-a", "a-", "A", "a.b", "a_b", "a b", "ä", "a\n", "cluster2-cilium-etcd.config"]) {
    it(`may not be ${JSON.stringify(name)}`, () => {
      assert.equal(clusterNameFault(name), rule);
    });
  }

  it("may not be default, nor longer than 32 characters", () => {
    assert.equal(clusterNameFault("default"), "is the name of an unmeshed cluster");
    assert.equal(clusterNameFault("a".repeat(33)), "is longer than 32 characters");
  });

  it("that are accepted are what Cilium's own expression accepts", () => {
    const cilium = /^([a-z0-9][-a-z0-9]*)?[a-z0-9]$/;
    fc.assert(
      fc.property(fc.oneof(hostile, fc.stringMatching(/^[-a-z0-9]{1,40}$/)), (name) => {
        const accepted = cilium.test(name) && name.length <= 32 && name !== "default";
        assert.equal(clusterNameFault(name) === undefined, accepted);
      }),
    );
  });
});

describe("model: names of objects and hosts", () => {
  it("follow RFC 1123", () => {
    assert.ok(["cilium-config", "a.b-c.d", "0"].every(isObjectName));
    assert.ok(!["", "A", "a..b", "-a", "a.", "a/b", "a".repeat(254)].some(isObjectName));
  });

  it("hosts may have upper case, no wildcard, no final dot, no label beyond 63 characters", () => {
    assert.ok(["etcd.Example.com", "localhost", `${"a".repeat(63)}.b`].every(isHostName));
    assert.ok(!["*.mesh.cilium.io", "a.", "", "a b", `${"a".repeat(64)}.b`].some(isHostName));
  });

  it("in the mesh are Cilium's", () => {
    assert.equal(meshHostName("east"), "east.mesh.cilium.io");
  });
});
