import assert from "node:assert/strict";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { runMesh, type MeshRun } from "../support/meshProgram";

/** The cluster that a resource's name begins with, as its number. */
const numberOf = (name: string) => /^clustermesh-cluster(\d+)\b/.exec(name)?.[1] ?? "none";

function assertOwnProvider(ran: MeshRun): void {
  const objects = ran.resources.filter(({ type }) => type.startsWith("kubernetes:"));
  assert.ok(objects.length > 0);
  for (const { name, provider } of objects) {
    assert.equal(provider, `provider${numberOf(name)}`, name);
  }
}

describe("components: providers", () => {
  it("every object goes to the cluster that its name says, the demo's too", async () => {
    assertOwnProvider(await runMesh({ clusters: [1, 2, 3], demo: true }));
  });

  it("every object does, whichever CA signs and whatever is adopted", async () => {
    const { perCluster } = await adoptedCas();
    assertOwnProvider(await runMesh({ authority: perCluster, settings: { allow: ["adoptSecret"] } }));
  });

  it("keys, certificates and commands need none of them", async () => {
    const { resources } = await runMesh({ clusters: [1, 2, 3], demo: true });
    const others = resources.filter(({ type }) => /^(tls|command):/.test(type));
    assert.ok(others.length > 0);
    assert.deepEqual([...new Set(others.map(({ provider }) => provider))], [""]);
  });

  it("every object of a member is under that member", async () => {
    const { resources } = await runMesh({ clusters: [1, 2, 3] });
    // A policy check comes before a member as a whole, and so beside it.
    const ofMembers = resources.filter(
      ({ name }) => /^clustermesh-cluster\d-/.test(name) && !name.endsWith("-policy-check"),
    );
    for (const { name, parent } of ofMembers) {
      assert.ok(parent.endsWith(`MeshedCluster::clustermesh-cluster${numberOf(name)}`), name);
    }
  });
});
