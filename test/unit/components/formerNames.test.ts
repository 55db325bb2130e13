import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { endsWith } from "../../../components/formerNames";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { runMesh, type MeshRun } from "../support/meshProgram";
import type { Registered } from "../support/pulumiMocks";

/** What a mesh had registered before its resources' names began with its own, as these mocks have it: the last two parts of each URN. */
const FORMER = JSON.parse(
  readFileSync(join(__dirname, "..", "..", "fixtures", "formerUrns.json"), "utf8"),
) as readonly string[];

const lastPartsOf = (urn: string): string => urn.split("::").slice(-2).join("::");

/** The URNs under which the engine finds a resource in a state: its own, and those of its aliases below what its parent was. */
function knownAs({ resources }: MeshRun, { urn, type, aliases, parent }: Registered): readonly string[] {
  const above = resources.find((each) => each.urn === parent);
  const parents = above === undefined ? [] : [above.type, ...above.aliases.map((alias) => alias.type || above.type)];
  const former = aliases.flatMap((alias) => parents.map((each) => `${each}$${alias.type || type}::${alias.name}`));
  return [lastPartsOf(urn), ...former];
}

async function meshes(): Promise<readonly MeshRun[]> {
  const { perCluster: authority } = await adoptedCas();
  return Promise.all([
    runMesh({ clusters: [1, 2, 3], specs: { 3: { lost: true } }, demo: true, settings: { etcdUsers: "manage" } }),
    runMesh({ clusters: [1, 2], authority, settings: { allow: ["adoptSecret"] } }),
  ]);
}

describe("components: a stack from before", () => {
  it("has every resource found again under its new name, but for the Patch that has no successor", async () => {
    const known = new Set((await meshes()).flatMap((ran) => ran.resources.flatMap((each) => knownAs(ran, each))));
    const lost = FORMER.filter((urn) => !known.has(urn));
    assert.deepEqual(
      lost.map((urn) => urn.split("::").at(-1)),
      ["cluster1-config", "cluster2-config"],
    );
  });

  it("has none found by two", async () => {
    for (const ran of await meshes()) {
      const all = ran.resources.flatMap((each) => knownAs(ran, each));
      assert.equal(new Set(all).size, all.length);
    }
  });

  it("has its commands found by either name", () => {
    assert.ok(endsWith("clustermesh-cluster1-policy-check", "-policy-check"));
    assert.ok(endsWith("cluster1-guard", "-policy-check"));
    assert.ok(!endsWith("clustermesh-check", "-policy-check"));
  });
});

describe("components: a demo by another name than its mesh's", () => {
  const isOfDemo = ({ type, parent }: Registered) => type.endsWith(":Demo") || parent.includes(":Demo::");
  const named = (demoName: string) => runMesh({ clusters: [1, 2, 3], demo: true, demoName });

  it("is found again, with all that is in it, as what was a part of the mesh", async () => {
    const [asBefore, renamed] = [await named("clustermesh"), await named("demo")];
    const before = asBefore.resources.filter(isOfDemo).map(({ urn }) => lastPartsOf(urn));
    const known = renamed.resources.filter(isOfDemo).map((each) => knownAs(renamed, each));
    assert.equal(before.length, 13);
    assert.ok(known.every(([urn = "", ...former]) => !before.includes(urn) && former.length > 0));
    assert.deepEqual(
      known
        .map((urns) => before.filter((each) => urns.includes(each)))
        .flat()
        .sort(),
      before.sort(),
    );
  });

  it("changes nothing of the mesh", async () => {
    const ofMesh = async (demoName: string) =>
      (await named(demoName)).resources.filter((each) => !isOfDemo(each)).map(({ urn, aliases }) => ({ urn, aliases }));
    assert.deepEqual(await ofMesh("demo"), await ofMesh("clustermesh"));
  });
});

describe("components: two meshes in one program", () => {
  it("share no name: each begins with its mesh's", async () => {
    const { resources } = await runMesh({ demo: true });
    const others = resources.filter(({ type }) => !type.startsWith("pulumi:"));
    assert.ok(others.every(({ name }) => name === "clustermesh" || name.startsWith("clustermesh-")));
  });
});
