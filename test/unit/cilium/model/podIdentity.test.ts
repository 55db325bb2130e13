import assert from "node:assert/strict";
import fc from "fast-check";
import { clusterIdOf, parsePodIdentities, stalePods } from "../../../../components/cilium/model/podIdentity";
import { fixture } from "../../support/fixtures";

const mixed = parsePodIdentities(JSON.stringify(fixture("endpoints/mixed")));

describe("model: parsePodIdentities", () => {
  it("reads pods, and neither host nor health endpoint", () => {
    assert.deepEqual(
      mixed.map(({ namespace, pod }) => `${namespace}/${pod}`),
      [
        "default/protected-db-0",
        "default/employee-6f7c9d-x2x4p",
        "shop/cart-0",
        "kube-system/coredns-5d78c9869d-9xk2p",
        "default/starting",
      ],
    );
    assert.equal(mixed[1]?.identity, 38354);
  });

  it("reads an agent without endpoints, and endpoints that are being made", () => {
    assert.deepEqual(parsePodIdentities("null"), []);
    assert.deepEqual(parsePodIdentities('[{"id":7,"status":{"state":"creating"}},{"id":8}]'), []);
  });

  it("refuses what is no list of endpoints", () => {
    assert.throws(() => parsePodIdentities('{"id":1}'));
    assert.throws(() => parsePodIdentities("ENDPOINT   POLICY"));
  });
});

describe("model: stalePods", () => {
  it("are those of another cluster id: the 2020 article's drop log has one of id 0", () => {
    const stale = stalePods({ name: "cluster1", id: 101 }, mixed, 255);
    assert.deepEqual(
      stale.map(({ cluster, pod, id }) => [cluster, pod, id]),
      [
        ["cluster1", "employee-6f7c9d-x2x4p", 0],
        ["cluster1", "cart-0", 100],
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
        const pod = { namespace: "n", pod: "p", identity: id * perCluster + (n % perCluster) };
        assert.equal(clusterIdOf(pod.identity, max), id);
        assert.deepEqual(stalePods({ name: "c", id: other }, [pod], max).length, id === other ? 0 : 1);
      }),
    );
  });
});
