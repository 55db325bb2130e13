import assert from "node:assert/strict";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { runMesh, type MeshOptions, type MeshRun } from "../support/meshProgram";

/** URN and inputs of everything but the providers. */
const inputsOf = (ran: MeshRun) =>
  new Map(
    ran.resources.filter(({ type }) => !type.startsWith("pulumi:providers:")).map((each) => [each.urn, each.inputs]),
  );

describe("components: the resources of a mesh", () => {
  it("are the same in a preview and in an up", async () => {
    const { shared, perCluster } = await adoptedCas();
    const meshes: readonly MeshOptions[] = [
      { demo: true, kubeconfigs: [1] },
      { authority: shared, settings: { allow: ["adoptSecret"] } },
      { authority: perCluster, clusters: [1, 2, 3] },
    ];
    for (const options of meshes) {
      assert.deepEqual((await runMesh(options, true)).urns, (await runMesh(options)).urns);
    }
  });

  it("grow with the number of clusters, and not with its square", async () => {
    const counts = await Promise.all([2, 3, 6].map((n) => count({ clusters: range(n) })));
    const ofMesh = 5; // component, CA key and certificate, agreement, check
    const ofCluster = 14; // component, provider, client 3, server 4, original config, roll-out, objects, peers, policy check
    assert.deepEqual(
      counts,
      [2, 3, 6].map((n) => ofMesh + ofCluster * n),
    );
  });

  it("have no server certificates and no CA where the authority is adopted", async () => {
    const { shared, perCluster } = await adoptedCas();
    assert.equal(await count({ clusters: [1, 2, 3], authority: shared }), 3 + 10 * 3);
    assert.equal(await count({ clusters: [1, 2, 3], authority: perCluster }), 3 + 9 * 3 + 3 * 2);
  });
});

describe("components: changes of a mesh", () => {
  it("an added cluster leaves every other resource where it is", async () => {
    const [two, three] = [await runMesh({ demo: true }), await runMesh({ demo: true, clusters: [1, 2, 3] })];
    assert.deepEqual(
      two.urns.filter((urn) => !three.urns.includes(urn)),
      [],
    );
    const added = three.urns.filter((urn) => !two.urns.includes(urn));
    assert.ok(added.every((urn) => /::(clustermesh-cluster3|provider3)/.test(urn)));
  });

  it("an added cluster changes the peers' Secrets, the ranges of the policy checks, the check and the pings, and rolls nothing", async () => {
    const [two, three] = [
      inputsOf(await runMesh({ demo: true })),
      inputsOf(await runMesh({ demo: true, clusters: [1, 2, 3] })),
    ];
    const changed = [...two].filter(([urn, inputs]) => JSON.stringify(three.get(urn)) !== JSON.stringify(inputs));
    assert.deepEqual(changed.map(([urn]) => urn.split("::").at(-1)).sort(), [
      "clustermesh-check",
      "clustermesh-cluster1-peers",
      "clustermesh-cluster1-policy-check",
      "clustermesh-cluster1/pings-after",
      "clustermesh-cluster2-peers",
      "clustermesh-cluster2-policy-check",
    ]);
  });

  it("an added cluster with a CA of its own gives the others a certificate more", async () => {
    const { perCluster: authority } = await adoptedCas();
    const [two, three] = [await runMesh({ authority }), await runMesh({ authority, clusters: [1, 2, 3] })];
    assert.deepEqual(
      two.urns.filter((urn) => !three.urns.includes(urn)),
      [],
    );
  });

  it("the order of the clusters changes nothing", async () => {
    const { perCluster } = await adoptedCas();
    const reversed = Object.fromEntries(Object.entries(perCluster.authorities).reverse());
    const meshes: readonly (readonly [MeshOptions, MeshOptions])[] = [
      [{ demo: true }, {}],
      [{ authority: perCluster }, { authority: { ...perCluster, authorities: reversed } }],
    ];
    for (const [options, other] of meshes) {
      const forward = inputsOf(await runMesh({ ...options, clusters: [1, 2, 3] }));
      const backward = inputsOf(await runMesh({ ...options, ...other, clusters: [3, 2, 1] }));
      for (const [urn, inputs] of forward) {
        assert.deepEqual(backward.get(urn), inputs, urn);
      }
      assert.equal(backward.size, forward.size);
    }
  });

  it("a changed endpoint changes no resource that would have to roll or be replaced", async () => {
    const moved = { etcd: { endpoints: ["https://10.1.2.77:2379"] } };
    const before = inputsOf(await runMesh());
    const after = inputsOf(await runMesh({ specs: { 2: moved } }));
    const changed = [...before].filter(([urn, inputs]) => JSON.stringify(after.get(urn)) !== JSON.stringify(inputs));
    assert.deepEqual(changed.map(([urn]) => urn.split("::").at(-1)).sort(), [
      "clustermesh-check",
      "clustermesh-cluster1-peers",
      "clustermesh-cluster2-etcd-server-request",
      "clustermesh-cluster2-peers",
    ]);
  });
});

const range = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

async function count(options: MeshOptions): Promise<number> {
  return (await runMesh(options)).resources.length;
}
