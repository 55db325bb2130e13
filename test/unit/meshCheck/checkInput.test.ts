import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { meshCheck } from "../../../components/meshCheck/meshCheck";
import { checkedMesh } from "../../../components/meshCheck/verbs";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { commandInput } from "../support/meshProgram";
import { run } from "../support/pulumiMocks";

describe("components: what the check of a mesh is given", () => {
  it("says of a cluster that its agents read a cache, and nothing of one that reads its peers itself", async () => {
    const { resources } = await run(() => {
      const clusters = [
        { name: "cluster1", id: 101, reads: "cached" },
        { name: "cluster2", id: 102, reads: "direct" },
        { name: "cluster3", id: 103 },
      ] as const;
      const access = Object.fromEntries(
        clusters.map(({ name }) => [name, { kind: "context", context: name } as const]),
      );
      const known = { clusters, externalPeers: [], access, pathsBefore: {}, clusterUids: {} };
      meshCheck("mesh", { ...known, peersHash: pulumi.output("hash"), settings: DEFAULT_SETTINGS }, [], {});
    });
    const command = resources.find(({ name }) => name === "mesh-check") ?? assert.fail();
    const input = commandInput(command);
    const given = input["clusters"] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      given.map(({ name, reads }) => [name, reads]),
      [
        ["cluster1", "cached"],
        ["cluster2", undefined],
        ["cluster3", undefined],
      ],
    );
    assert.deepEqual(
      checkedMesh.parse(input).clusters.map(({ reads }) => reads),
      ["cached", "direct", "direct"],
    );
  });
});
