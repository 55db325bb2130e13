import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabCluster } from "../../lab";
import { snapshots } from "../support/kubernetes/snapshot";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { engine, labClusters } from "./support/engine";
import { launchedPack, type LaunchedPack } from "./support/policyPack";

/** A program that has forgotten a provider. */
const FORGETFUL = `
import * as k8s from "@pulumi/kubernetes";
export = () => {
  new k8s.core.v1.ConfigMap("stray", { metadata: { name: "stray" } });
};
`;
const WITH_DEFAULT_PROVIDERS = ["--config", "pulumi:disable-default-providers=[]"];

describe("the policy pack, in the engine", function () {
  this.timeout("5m");
  let pack: LaunchedPack;
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let untouched: Awaited<ReturnType<typeof snapshots>>;

  before(async () => {
    clusters = await labClusters(2);
    untouched = await snapshots(clusters);
    pack = await launchedPack();
    stack = (await engine()).workstation.stack("policies", undefined, { PATH: pack.path });
    await stack.init(meshConfig(clusters));
  });

  after(async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  /** The flags for a run with the pack, configured so. */
  async function withPack(config: object = {}): Promise<readonly string[]> {
    const file = join(pack.folder, "config.json");
    await writeFile(file, JSON.stringify(config));
    return ["--policy-pack", pack.folder, "--policy-pack-config", file];
  }

  const LONG_LIVED =
    /LocallySignedCert "clustermesh-cluster1-client-cert": validityPeriodHours 9600 is more than 365 days; set certificates\.leafDays of the mesh to 365 at most/;

  it("is started, and finds nothing in a preview of a mesh as the settings have it", async () => {
    const { text } = succeeded(await stack.preview(...(await withPack())));
    assert.match(text, /cilium-clustermesh@v0\.1\.0/);
    assert.doesNotMatch(text, /\[mandatory\]|\[advisory\]/);
  });

  it("fails a preview by a violation, which says what to do", async () => {
    await stack.configure(meshConfig(clusters, { certificates: { leafDays: 400 } }));
    const { code, text } = await stack.preview(...(await withPack()));
    assert.notEqual(code, 0);
    assert.match(text, LONG_LIVED);
    assert.match(
      text,
      /\[mandatory\] +certificate-lifetime +\(tls:index:LocallySignedCert: clustermesh-cluster1-client-cert\)/,
    );
  });

  it("does as it is configured", async () => {
    const advisory = await withPack({ "certificate-lifetime": { enforcementLevel: "advisory" } });
    const { text } = succeeded(await stack.preview(...advisory));
    assert.match(text, /\[advisory\] +certificate-lifetime/);
    const longer = await withPack({ "certificate-lifetime": { leafDays: 400 } });
    assert.doesNotMatch(succeeded(await stack.preview(...longer)).text, LONG_LIVED);
    const wrong = await stack.preview(...(await withPack({ "certificate-lifetime": { leafDays: 0 } })));
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.text, /leafDays/);
  });

  it("stops an up at the first violation, whichever that is, and what would have used it is not made", async () => {
    const { code, text } = await stack.up(...(await withPack()));
    assert.notEqual(code, 0);
    assert.match(
      text,
      /LocallySignedCert "clustermesh-cluster[12]-[a-z-]+-cert": validityPeriodHours 9600 is more than 365 days/,
    );
    assert.doesNotMatch(text, /kubernetes:core\/v1:Secret/);
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("lets an up through that fulfils the rules, when all values are known", async () => {
    await stack.configure(meshConfig(clusters));
    const { text } = succeeded(await stack.up(...(await withPack())));
    assert.doesNotMatch(text, /\[mandatory\]|\[advisory\]/);
  });

  it("sees a provider that was forgotten", async () => {
    const { workstation } = await engine();
    const forgetful = await workstation.stackOf(FORGETFUL, "forgetful", { PATH: pack.path });
    await forgetful.init({});
    const { code, text } = await forgetful.preview(...WITH_DEFAULT_PROVIDERS, ...(await withPack()));
    assert.notEqual(code, 0);
    assert.match(text, /ConfigMap "stray": provider "default[_0-9]*" is a default provider/);
  });
});
