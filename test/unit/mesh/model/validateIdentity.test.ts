import assert from "node:assert/strict";
import fc from "fast-check";
import { clustersOf, type ClusterSpec, type MeshSpec } from "../../../../components/mesh/model/mesh";
import { idFault, validateIdentities } from "../../../../components/mesh/model/validateIdentity";
import { clusterSpec, lines, mesh, pair } from "../../support/mesh/mesh";

const judge = (spec: MeshSpec) => lines(validateIdentities(spec, clustersOf(spec.clusters)));

/** Two clusters, the first with this id. */
const withId = (id: number, over: Partial<MeshSpec> = {}) => judge(mesh(pair({ id }), over));

describe("model: ids of clusters", () => {
  it("may be 1 and the largest", () => {
    assert.deepEqual(withId(1), []);
    assert.deepEqual(withId(255), []);
    assert.deepEqual(withId(511, { maxConnectedClusters: 511 }), []);
  });

  it("may not be 0", () => {
    assert.deepEqual(withId(0), [
      'cluster "cluster1": id 0 means that a cluster is in no mesh; give it a unique id from 1 to 255',
    ]);
  });

  for (const id of [-1, 256, 1.5, 1e9]) {
    it(`may not be ${String(id)}`, () => {
      assert.deepEqual(withId(id), [
        `cluster "cluster1": id ${String(id)} is out of range; give it a unique id from 1 to 255`,
      ]);
    });
  }

  it("may go up to 511 only where maxConnectedClusters is 511", () => {
    assert.deepEqual(withId(512, { maxConnectedClusters: 511 }), [
      'cluster "cluster1": id 512 is out of range; give it a unique id from 1 to 511',
    ]);
  });

  it("may not be used twice; every cluster but the first is named", () => {
    const spec = mesh({
      east: clusterSpec(1, { id: 3 }),
      north: clusterSpec(2, { id: 3 }),
      west: clusterSpec(3, { id: 3 }),
    });
    assert.deepEqual(judge(spec), [
      'cluster "north": id 3 is also used by cluster "east"; give each cluster a unique id from 1 to 255',
      'cluster "west": id 3 is also used by cluster "east"; give each cluster a unique id from 1 to 255',
    ]);
  });
});

describe("model: ids under ENI-like IPAM", () => {
  for (const ipamMode of ["eni", "alibabacloud", "aws-cni"]) {
    it(`may not have bit 7 set under ${ipamMode}`, () => {
      const reason = `has bit 7 set, which IPAM mode "${ipamMode}" needs for itself`;
      const fault = { property: "id", value: 128, reason, fix: "use an id from 1 to 127" };
      assert.deepEqual(idFault(128, 255, ipamMode), fault);
      assert.equal(idFault(127, 255, ipamMode), undefined);
    });
  }

  it("have other ranges where maxConnectedClusters is 511", () => {
    assert.equal(idFault(384, 511, "eni")?.fix, "use an id from 1 to 127 or 256 to 383");
    assert.equal(idFault(383, 511, "eni"), undefined);
  });

  it("may have it under every other, and on paper", () => {
    assert.equal(idFault(128, 255, "cluster-pool"), undefined);
    assert.deepEqual(judge(mesh(pair({ id: 128 }))), []);
  });

  it("are those that are in range without it", () => {
    const ids = fc.oneof(fc.integer({ min: -2, max: 520 }), fc.double());
    fc.assert(
      fc.property(ids, fc.constantFrom(255, 511), fc.constantFrom("eni", "kubernetes"), (id, max, ipamMode) => {
        const inRange = Number.isInteger(id) && id >= 1 && id <= max;
        const hasBit = Math.floor(id / 128) % 2 === 1;
        assert.equal(idFault(id, max, ipamMode) === undefined, inRange && !(ipamMode === "eni" && hasBit));
      }),
    );
  });
});

describe("model: names and number of clusters", () => {
  const rule =
    'use lower case letters, digits and "-", beginning and ending with a letter or digit, at most 32 characters, not "default"';

  it("names follow Cilium's rule", () => {
    const spec = mesh({ "East.eu": clusterSpec(1), default: clusterSpec(2), ["x".repeat(33)]: clusterSpec(3) });
    assert.deepEqual(judge(spec), [
      `cluster "East.eu": name "East.eu" does not follow Cilium's rule for cluster names; ${rule}`,
      `cluster "default": name "default" is the name of an unmeshed cluster; ${rule}`,
      `cluster "${"x".repeat(33)}": name "${"x".repeat(33)}" is longer than 32 characters; ${rule}`,
    ]);
  });

  it("one cluster is no mesh, and none is none", () => {
    assert.deepEqual(judge(mesh(1)), [
      "mesh: clusters has one alone, and one is no mesh; list at least two clusters; the last two leave with pulumi destroy",
    ]);
    assert.deepEqual(judge(mesh(0)), [
      "mesh: clusters has none; list at least two clusters; the last two leave with pulumi destroy",
    ]);
  });

  it("there are no more than maxConnectedClusters", () => {
    const many = Object.fromEntries(
      Array.from({ length: 256 }, (_, index): [string, ClusterSpec] => [
        `c${String(index)}`,
        clusterSpec(1, { id: index === 0 ? 1 : index }),
      ]),
    );
    const [first] = judge(mesh(many));
    assert.equal(
      first,
      "mesh: clusters 256 is more than maxConnectedClusters; list at most 255, or install every cluster with maxConnectedClusters 511",
    );
  });
});

describe("model: validateIdentities", () => {
  it("accepts ids exactly where they are unique integers in range", () => {
    const ids = fc.array(fc.oneof(fc.integer({ min: -2, max: 520 }), fc.double()), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(ids, fc.constantFrom(255, 511), (all, max) => {
        const clusters = Object.fromEntries(all.map((id, index) => [`c${String(index)}`, clusterSpec(1, { id })]));
        const fix = (id: number) => Number.isInteger(id) && id >= 1 && id <= max;
        const wanted = all.every(fix) && new Set(all).size === all.length;
        const spec = mesh(clusters, { maxConnectedClusters: max });
        assert.equal(judge(spec).length === 0, wanted);
      }),
    );
  });
});
