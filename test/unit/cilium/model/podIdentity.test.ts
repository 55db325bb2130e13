import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEndpoints, podText } from "../../../../components/cilium/model/endpoints";
import { clusterIdOf, stalePods } from "../../../../components/cilium/model/podIdentity";
import { fixture } from "../../support/fixtures";

const mixed = parseEndpoints(JSON.stringify(fixture("endpoints/mixed"))).pods;

describe("model: stalePods", () => {
  it("are those of another cluster id: the 2020 article's drop log has one of id 0", () => {
    const stale = stalePods({ name: "cluster1", id: 101 }, mixed, 255);
    assert.deepEqual(
      stale.map(({ cluster, pod, id }) => [cluster, podText(pod), id]),
      [
        ["cluster1", "default/employee-6f7c9d-x2x4p", 0],
        ["cluster1", "shop/cart-0", 100],
      ],
    );
  });

  it("have the id in fewer bits where a mesh may be larger", () => {
    assert.equal(clusterIdOf(6587186, 255), 100);
    assert.equal(clusterIdOf(6587186, 511), 201);
    assert.equal(clusterIdOf(38354, 511), 1);
  });

  it("are none of reserved, well-known and local identities", () => {
    for (const identity of [0, 1, 4, 104, 255, 1 << 24, (1 << 24) | 70000, 2 << 24]) {
      assert.equal(clusterIdOf(identity, 255), undefined, String(identity));
    }
  });

  it("every identity that a cluster allocates is its own, and stale in any other", () => {
    const size = fc.constantFrom(255 as const, 511 as const);
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(), (max, a, b, n) => {
        const [id, other] = [1 + (a % max), 1 + (b % max)];
        const perCluster = 2 ** 24 / (max + 1);
        const identity = id * perCluster + (n % perCluster);
        const pods = [{ pod: { by: "name", namespace: "n", name: "p" }, identity, settled: true }] as const;
        assert.equal(clusterIdOf(identity, max), id);
        assert.deepEqual(stalePods({ name: "c", id: other }, pods, max).length, id === other ? 0 : 1);
      }),
    );
  });
});
