import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import * as tls from "@pulumi/tls";
import { up, type Lab } from "../../lab";
import { describePlugins, installPlugins } from "./install";

/** One resource of each plugin, in a chain: a key, a Secret with it, a command that reads it. */
function program(kubeconfig: string, note: string) {
  return () => {
    const provider = new k8s.Provider("k8s", {
      kubeconfig,
      context: "cluster1",
      clusterIdentifier: "cluster1",
      enableSecretMutable: true,
    });
    const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
    const certificate = new tls.SelfSignedCert("certificate", {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: "engine" },
      validityPeriodHours: 24,
      allowedUses: ["cert_signing"],
      isCaCertificate: true,
    });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const stored = new k8s.core.v1.Secret(
      "stored",
      { metadata: { name: "engine-test" }, data: { key: key.privateKeyPem.apply(base64), note: base64(note) } },
      { provider },
    );
    const patched = new k8s.core.v1.ConfigMapPatch(
      "patched",
      {
        metadata: {
          name: "cilium-config",
          namespace: "kube-system",
          annotations: { "pulumi.com/patchFieldManager": "engine-test" },
        },
        data: { "engine-test": note },
      },
      { provider },
    );
    const said = new command.local.Command(
      "said",
      {
        create: "cat",
        stdin: pulumi.interpolate`${patched.data["engine-test"]} of ${stored.metadata.name}`,
        logging: "none",
      },
      { dependsOn: [stored, certificate] },
    );
    return Promise.resolve({ said: said.stdout, pem: certificate.certPem });
  };
}

describe("the plugins under a real engine", function () {
  this.timeout(300_000);
  let lab: Lab;
  let home: string;
  let stack: Stack;

  async function stackOf(note: string): Promise<Stack> {
    const args = { stackName: "test", projectName: "plugins", program: program(lab.kubeconfig, note) };
    const pulumiCommand = await PulumiCommand.get({ root: home, skipVersionCheck: true });
    return LocalWorkspace.createOrSelectStack(args, {
      pulumiHome: home,
      pulumiCommand,
      envVars: {
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
  }

  before(async () => {
    lab = await up({ name: "plugins", clusters: 1 });
    home = await mkdtemp(join(tmpdir(), "engine-"));
    // The Automation API looks for the CLI in a folder bin/.
    await symlink(lab.bin.dir, join(home, "bin"));
    process.stdout.write(`    ${describePlugins(await installPlugins(home, { pulumi: lab.bin.pulumi }))}\n`);
    stack = await stackOf("one");
  });

  after(async () => {
    await rm(home, { recursive: true, force: true });
  });

  const text = (outputs: OutputMap, key: string): string => String(outputs[key]?.value);

  it("previews without creating anything", async () => {
    const { changeSummary } = await stack.preview();
    assert.equal(changeSummary.create, 7);
  });

  it("creates in the order of the dependencies", async () => {
    const { outputs } = await stack.up();
    assert.equal(text(outputs, "said"), "one of engine-test");
    assert.match(text(outputs, "pem"), /^-----BEGIN CERTIFICATE-----\n/);
  });

  it("changes nothing the second time", async () => {
    const { summary } = await stack.up({ expectNoChanges: true });
    assert.deepEqual(summary.resourceChanges, { same: 7 });
  });

  it("keeps keys encrypted in the state", async () => {
    const state = await readFile(join(home, ".pulumi", "stacks", "plugins", "test.json"), "utf8");
    assert.match(state, /tls:index\/privateKey:PrivateKey/);
    assert.doesNotMatch(state, /PRIVATE KEY/);
  });

  it("changes in place", async () => {
    stack = await stackOf("two");
    const { summary, outputs } = await stack.up();
    assert.equal(text(outputs, "said"), "two of engine-test");
    assert.deepEqual(summary.resourceChanges, { same: 4, update: 3 });
  });

  it("refreshes without a change", async () => {
    await stack.refresh({ expectNoChanges: true });
  });

  it("removes all", async () => {
    const { summary } = await stack.destroy();
    assert.deepEqual(summary.resourceChanges, { delete: 7 });
  });
});
