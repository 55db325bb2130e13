import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadStack, type Loaded } from "../../../../stacks";
import { run } from "../../support/pulumiMocks";
import { clusters, clusterConfiguration, texts } from "../../support/stacks/configuration";

/** What a stack with these values loads as. */
async function load(values: Readonly<Record<string, unknown>>): Promise<Loaded> {
  const { result } = await run(async () => {
    const prefixed = Object.entries(texts({ wait: { preflight: false }, ...values })).map(([key, text]) => [
      `clustermesh:${key}`,
      text,
    ]);
    pulumi.runtime.setAllConfig(Object.fromEntries([...prefixed, ["other:clusters", "[]"]]) as Record<string, string>);
    return loadStack().catch((error: unknown) => error);
  });
  if (result instanceof Error) {
    throw result;
  }
  return result as Loaded;
}

/** What a stack is refused with: the heading and the beginnings of the lines. */
async function refusal(values: Readonly<Record<string, unknown>>): Promise<readonly (string | undefined)[]> {
  const error = await load(values).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error && pulumi.RunError.isInstance(error));
  return error.message.split("\n").map((line) => line.split(";")[0]);
}

describe("stacks: loadStack", () => {
  after(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("reads this project's part of the stack's configuration", async () => {
    const { configuration } = await load({ clusters: clusters(), certificates: { leafDays: 90 } });
    assert.deepEqual(Object.keys(configuration.clusters), ["cluster1", "cluster2"]);
    assert.equal(configuration.certificates.leafDays, 90);
  });

  it("refuses with everything at once: form, ways in, authority, mesh, demo", async () => {
    const values = {
      clusters: { ...clusters({ id: 0, ids: 1, context: undefined }), cluster3: clusterConfiguration(3, { id: "x" }) },
      authority: "adopted",
      colour: "blue",
    };
    assert.deepEqual(await refusal(values), [
      "the mesh of stack test cannot work (6 problems):",
      '  - cluster "cluster1": ids is no property known here',
      '  - cluster "cluster3": id "x" is not allowed',
      "  - mesh: clustermesh:colour is no property known here",
      '  - cluster "cluster1": context is missing',
      "  - mesh: clustermesh:ca is missing",
      '  - cluster "cluster1": id 0 means that a cluster is in no mesh',
    ]);
  });

  it("judges settings of the whole mesh also while a cluster cannot be read", async () => {
    const said = await refusal({
      clusters: { ...clusters(), cluster3: clusterConfiguration(3, { id: "x" }) },
      certificates: { leafDays: 2000 },
      keyRevisions: { authority: [1, 1] },
    });
    assert.ok(
      said.some((line) => line?.includes("certificates.leafDays 2000")),
      said.join("\n"),
    );
    assert.ok(
      said.some((line) => line?.includes("keyRevisions.authority [1,1]")),
      said.join("\n"),
    );
  });

  it("does not count clusters, nor look for the demo's, while one cannot be read", async () => {
    const said = await refusal({
      clusters: { cluster1: clusterConfiguration(1), cluster2: clusterConfiguration(2, { id: "x" }) },
      demo: { clusters: ["cluster2", "cluster1"] },
    });
    assert.deepEqual(said, [
      "the mesh of stack test cannot work (1 problem):",
      '  - cluster "cluster2": id "x" is not allowed',
    ]);
  });

  it("refuses a stack without clusters", async () => {
    assert.deepEqual(await refusal({}), [
      "the mesh of stack test cannot work (1 problem):",
      "  - mesh: clustermesh:clusters is missing",
    ]);
  });

  it("has a line for each missing property of a cluster", async () => {
    const said = await refusal({ clusters: { ...clusters(), cluster3: {}, cluster4: { etcd: {} } } });
    assert.equal(said.length, 1 + 1 + 2);
  });
});
