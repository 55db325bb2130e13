import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_SETTINGS } from "../../../components";
import { originalConfigCommand } from "../../../components/cluster/clusterCommands";
import { checkProvider, lookAtProvider } from "../../../components/cluster/ownProvider";
import { INPUT_VARIABLE } from "../../../components/command/protocol";
import { clusterSpec } from "../support/mesh/mesh";
import { run } from "../support/pulumiMocks";

const NEEDED = ["enableSecretMutable", "upsertExistingObjects"];

/** What a provider of these settings is found to lack. */
async function lacks(args: k8s.ProviderArgs, { lost = false, preview = false } = {}): Promise<readonly string[]> {
  const { result } = await run(() => lookAtProvider(new k8s.Provider("own", args), lost), preview);
  assert.deepEqual(result.hidden, []);
  return result.off;
}

describe("components: a provider of the program's own", () => {
  for (const preview of [false, true]) {
    it(`is checked for what its cluster needs, ${preview ? "in a preview" : "in an up"}`, async () => {
      assert.deepEqual(await lacks({}, { preview }), NEEDED);
      assert.deepEqual(await lacks({ enableSecretMutable: true, upsertExistingObjects: false }, { preview }), [
        "upsertExistingObjects",
      ]);
      const fit = { enableSecretMutable: pulumi.output(true), upsertExistingObjects: true };
      assert.deepEqual(await lacks(fit, { preview }), []);
    });
  }

  it("lets go of a lost cluster's objects, and needs nothing else", async () => {
    assert.deepEqual(await lacks({}, { lost: true }), ["deleteUnreachable"]);
    assert.deepEqual(await lacks({ deleteUnreachable: true }, { lost: true }), []);
  });

  it("is refused by what it lacks, with what to do", async () => {
    const { result } = await run(() =>
      checkProvider("west", new k8s.Provider("own", { enableSecretMutable: true }), false).catch(String),
    );
    const line = 'cluster "west": provider lacks upsertExistingObjects; set them to true, or give no provider';
    assert.ok(String(result).includes(line), String(result));
  });

  it("is named where it shows none of its settings", async () => {
    const bare = (): k8s.Provider => {
      const provider = new k8s.Provider("own", {});
      NEEDED.forEach((name) => Reflect.deleteProperty(provider, name));
      return provider;
    };
    const { result } = await run(() => lookAtProvider(bare(), false));
    assert.deepEqual(result, { off: [], hidden: NEEDED });
  });

  it("is waited for by the first step on its cluster", async () => {
    const first = async (given: k8s.ProviderArgs) => {
      const { resources } = await run(() => {
        const cluster = { name: "west", ...clusterSpec(1) };
        const args = { cluster, access: { kind: "context", context: "west" }, observed: {}, owner: "o" } as const;
        const rest = { managedObjects: [], peerKeys: [], settings: DEFAULT_SETTINGS };
        const provider = new k8s.Provider("own", given);
        originalConfigCommand("mesh-west", { ...args, ...rest, provider }, {});
      });
      const { environment } = resources.find(({ name }) => name === "mesh-west-original-config")?.inputs ?? {};
      return (environment as Readonly<Record<string, unknown>> | undefined)?.[INPUT_VARIABLE];
    };
    assert.match(String(await first({ enableSecretMutable: true, upsertExistingObjects: true })), /"name":"west"/);
    assert.equal(await first({ enableSecretMutable: true }), undefined);
  });
});
