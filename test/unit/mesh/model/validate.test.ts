import assert from "node:assert/strict";
import fc from "fast-check";
import { validateAdoptedCa } from "../../../../components/certificates/model/validateCa";
import { validateDemo } from "../../../../components/demo/model/demo";
import type { ClusterSpec, MeshSpec } from "../../../../components/mesh/model/mesh";
import { formatDiagnostics } from "../../../../components/mesh/model/diagnostic";
import { validateMesh } from "../../../../components/mesh/model/validate";
import { hostile } from "../../support/mesh/arbitraries";
import { clusterSpec, lines, mesh } from "../../support/mesh/mesh";

const texts = fc.array(hostile, { maxLength: 3 });

const hostileCluster: fc.Arbitrary<ClusterSpec> = fc.record({
  id: fc.oneof(fc.double(), fc.integer()),
  publishes: fc.constantFrom("kvstore", "apiserver"),
  reads: fc.constantFrom("direct", "cached"),
  identity: fc.constantFrom("set", "asInstalled"),
  clientCertificates: fc.constantFrom("signed", "issued"),
  etcd: fc.record({ endpoints: texts, hostAliases: fc.dictionary(hostile, texts, { maxKeys: 2 }) }),
  apiServerEtcd: texts,
  podCIDRs: texts,
  nodeCIDRs: texts,
});

const hostileMesh: fc.Arbitrary<MeshSpec> = fc.record({
  clusters: fc.dictionary(hostile, hostileCluster, { maxKeys: 4 }),
  maxConnectedClusters: fc.constantFrom(255, 511),
  allow: fc.subarray(["sharedSubnets", "unreachable"] as const),
});

describe("model: validateMesh", () => {
  it("has nothing to say of a mesh without a fault", () => {
    assert.deepEqual(validateMesh(mesh(100)), []);
  });

  it("says everything at once", () => {
    const spec = mesh({
      "East.eu": clusterSpec(1, { id: 0, podCIDRs: ["10.102.7.0/24"] }),
      west: clusterSpec(2, { etcd: { endpoints: ["http://10.1.2.1:2379"] } }),
      north: clusterSpec(3, { id: 102, nodeCIDRs: [] }),
    });
    const said = lines(validateMesh(spec)).map((line) => line.split(";")[0]);
    assert.deepEqual(said, [
      'cluster "East.eu": name "East.eu" does not follow Cilium\'s rule for cluster names',
      'cluster "East.eu": id 0 means that a cluster is in no mesh',
      'cluster "west": id 102 is also used by cluster "north"',
      'cluster "north": nodeCIDRs [] is empty',
      'cluster "west": podCIDRs[0] "10.102.0.0/16" overlaps podCIDRs[0] of cluster "East.eu" (10.102.7.0/24)',
      'cluster "west": etcd.endpoints[0] "http://10.1.2.1:2379" is not an https URL with host and port and nothing behind it',
    ]);
  });

  it("says the same whatever the order of the clusters", () => {
    const names = ["East.eu", "default", "west", "north"] as const;
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...names], { minLength: names.length }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: names.length, maxLength: names.length }),
        (order, same) => {
          const specs = new Map(names.map((name, index) => [name, clusterSpec(same[index] ?? 1)]));
          const judge = (of: readonly (typeof names)[number][]) =>
            lines(validateMesh(mesh(Object.fromEntries(of.map((name) => [name, specs.get(name) ?? clusterSpec(1)])))));
          assert.deepEqual(judge(order), judge(names));
        },
      ),
    );
  });

  it("does not crash, and has a line for each problem, whatever it is given", () => {
    fc.assert(
      fc.property(hostileMesh, (spec) => {
        const problems = validateMesh(spec);
        assert.equal(formatDiagnostics("no mesh", problems).split("\n").length, problems.length + 1);
      }),
    );
  });

  it("names every cluster that has a hostile name", () => {
    fc.assert(
      fc.property(
        hostile.filter((name) => !/^[-a-z0-9]*$/.test(name)),
        (name) => {
          const spec = mesh({ ...mesh(2).clusters, [name]: clusterSpec(3) });
          assert.ok(validateMesh(spec).some((problem) => problem.cluster === name && problem.property === "name"));
        },
      ),
    );
  });

  it("judges 255 clusters", () => {
    const clusters = Object.fromEntries(
      Array.from({ length: 255 }, (_, index): [string, ClusterSpec] => {
        const octet = String(index + 1);
        return [
          `c${octet}`,
          {
            ...clusterSpec(1),
            id: index + 1,
            etcd: { endpoints: [`https://172.16.${octet}.1:2379`] },
            podCIDRs: [`10.${octet}.0.0/16`, `fd00:${octet}::/48`],
            nodeCIDRs: [`172.16.${octet}.0/24`],
          },
        ];
      }),
    );
    assert.deepEqual(validateMesh(mesh(clusters)), []);
  });
});

describe("model: other validations", () => {
  it("do not crash on hostile texts", () => {
    fc.assert(
      fc.property(hostile, hostile, texts, (a, b, clusters) => {
        const authority = { certificate: a, privateKey: b };
        assert.equal(validateAdoptedCa({ property: "ca" }, authority, new Date()).length, 2);
        const given = clusters.map((name) => ({ name }));
        formatDiagnostics("no demo", validateDemo({ clusters: [a, b], nodeSelectors: { [a]: {} } }, given));
      }),
    );
  });
});
