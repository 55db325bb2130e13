import assert from "node:assert/strict";
import fc from "fast-check";
import { clustersOf, completed, endpointsOf } from "../../../../components/mesh/model/mesh";
import { clusterName, clusterSpec } from "../../support/mesh/mesh";

describe("model: membersOf", () => {
  it("sorts by name, whatever the order of the configuration", () => {
    const named = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,6}$/), { maxLength: 12 });
    fc.assert(
      fc.property(
        named.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([names, shuffled]) => {
          const clusters = (order: readonly string[]) =>
            clustersOf(Object.fromEntries(order.map((name) => [name, clusterSpec(1)])));
          assert.deepEqual(clusters(shuffled), clusters(names));
          assert.deepEqual(
            clusters(names).map((cluster) => cluster.name),
            [...names].sort(),
          );
        },
      ),
    );
  });

  it("keeps what a cluster is", () => {
    assert.deepEqual(clustersOf({ [clusterName(1)]: clusterSpec(1) }), [{ name: "cluster1", ...clusterSpec(1) }]);
  });
});

describe("model: completed", () => {
  const issued = { clientCertificates: "issued" } as const;
  const of = (...args: Parameters<typeof completed>) => completed(...args).clientCertificates;

  it("has peers sign for themselves, unless it was found that they cannot, and no CA is given", () => {
    assert.equal(of({ id: 1 }), "signed");
    assert.equal(of({ id: 1 }, {}), "signed");
    assert.equal(of({ id: 1 }, issued), "issued");
    assert.equal(of({ id: 1, apiserver: {} }, issued), "issued");
    assert.equal(of({ id: 1, apiserver: { ca: {} } }, issued), "signed");
    // Its etcd is signed for by the mesh, whatever else is there.
    assert.equal(of({ id: 1, etcd: {} }, issued), "signed");
  });
});

describe("model: endpointsOf", () => {
  it("leaves out what cannot be read", () => {
    const hosts = endpointsOf(["https://a:1", "http://b:1", "https://c:1"]).map((endpoint) => endpoint.host);
    assert.deepEqual(hosts, ["a", "c"]);
  });
});
