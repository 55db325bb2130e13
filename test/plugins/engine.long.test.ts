import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import * as tls from "@pulumi/tls";
import { Stacks } from "./harness/stacks";

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
  let stacks: Stacks;

  before(async () => {
    stacks = await Stacks.open();
    process.stdout.write(`    ${stacks.plugins}\n`);
  });
  after(() => stacks.close());

  describe("one resource of each", () => {
    let stack: Stack;
    const stackOf = (note: string) => stacks.stack("test", program(stacks.kubeconfig, note));

    before(async () => {
      stack = await stackOf("one");
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
      const state = await readFile(join(stacks.home, ".pulumi", "stacks", "plugins", "test.json"), "utf8");
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

  it("keep an object that does not get ready, and make good for it in the next run", async () => {
    const labels = { app: "engine-unready" };
    const deployment = (annotations: Record<string, string>) => () => {
      const provider = new k8s.Provider("k8s", { kubeconfig: stacks.kubeconfig, context: "cluster1" });
      new k8s.apps.v1.Deployment(
        "unready",
        {
          metadata: { name: "engine-unready", annotations },
          spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "example.com/a" }] } },
          },
        },
        { provider, customTimeouts: { create: "2s", update: "2s" } },
      );
      return Promise.resolve();
    };
    const first = await stacks.stack("unready", deployment({}));
    await assert.rejects(first.up(), /timed out waiting to be Ready[^]*Minimum number of live Pods was not attained/);
    const next = await stacks.stack("unready", deployment({ "pulumi.com/skipAwait": "true" }));
    const { summary } = await next.up();
    assert.deepEqual(summary.resourceChanges, { same: 2, update: 1 });
    await next.destroy();
  });

  it("replace a command whose trigger changed although it has an update, the new one before the old", async () => {
    const log = join(stacks.home, "log");
    const triggered = (trigger: string) => () => {
      const say = (what: string) => `echo ${what} >> ${log}`;
      const scripts = { create: say(`create ${trigger}`), update: say("update"), delete: say("delete") };
      new command.local.Command("triggered", { ...scripts, triggers: [trigger] });
      return Promise.resolve();
    };
    await (await stacks.stack("triggers", triggered("a"))).up();
    const stack = await stacks.stack("triggers", triggered("b"));
    const { summary } = await stack.up();
    assert.deepEqual(summary.resourceChanges, { same: 1, replace: 1 });
    await stack.destroy();
    assert.equal(await readFile(log, "utf8"), "create a\ncreate b\ndelete\ndelete\n");
  });
});
