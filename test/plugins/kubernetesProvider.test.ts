import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Cluster } from "./harness/cluster";
import { textAt } from "./harness/object";
import { Plugin, urn, type Held } from "./harness/plugin";
import { closedPort, kubeconfigOf } from "./harness/servers";
import { plainMap, secret, UNKNOWN, type PropertyMap } from "./shared/value";

const CONFIG_MAP = urn("kubernetes:core/v1:ConfigMap", "map");
const WARNING = 2;

describe("the kubernetes plugin: the provider", function () {
  this.timeout(60_000);
  after(() => Plugin.stopAll());

  const map = (name: string): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { key: "one" },
  });

  describe("of a dead cluster", () => {
    let dead: string;
    const start = (config: Readonly<Record<string, string>> = {}) =>
      Plugin.start("kubernetes", { kubeconfig: dead, ...config });
    const held: Held = {
      urn: CONFIG_MAP,
      id: "of-context/dead",
      inputs: map("dead"),
      state: { ...map("dead"), __inputs: map("dead"), __fieldManager: "m", __initialApiVersion: "v1" },
    };

    let plugin: Plugin;

    before(async () => {
      dead = kubeconfigOf(`https://127.0.0.1:${String(await closedPort())}`);
      plugin = await start();
    });

    it("previews creations and changes, without a word", async () => {
      const previewed = await plugin.create(CONFIG_MAP, map("x"), { preview: true });
      assert.equal(textAt(plainMap(previewed.state), "metadata", "namespace"), "of-context");
      assert.equal((await plugin.diff(held, { ...map("dead"), data: { key: "two" } })).changes, true);
      await plugin.update(held, map("dead"), { preview: true });
      assert.deepEqual(plugin.log, []);
    });

    it("fails to create, change and delete, and says why", async () => {
      const why = /configured Kubernetes cluster is unreachable: .*connection refused/;
      await assert.rejects(plugin.create(CONFIG_MAP, map("x")), why);
      await assert.rejects(plugin.update(held, map("dead")), why);
      await assert.rejects(plugin.delete(held), /PULUMI_K8S_DELETE_UNREACHABLE/);
    });

    it("fails to read with a warning besides", async () => {
      await assert.rejects(plugin.read(held), /failed to read resource state due to unreachable cluster/);
      assert.ok(plugin.log.some(({ severity, message }) => severity === WARNING && /unreachable/.test(message)));
    });

    it("lets go of everything with deleteUnreachable", async () => {
      const letting = await start({ deleteUnreachable: "true" });
      await letting.delete(held);
      assert.equal((await letting.read(held)).id, "");
    });

    it("keeps everything as it was with skipUpdateUnreachable", async () => {
      const skipping = await start({ skipUpdateUnreachable: "true" });
      assert.deepEqual((await skipping.check(CONFIG_MAP, map("new"), held.inputs)).inputs, held.inputs);
      assert.deepEqual((await skipping.read(held)).state, held.state);
    });

    it("is also one whose kubeconfig says nothing", async () => {
      const lost = await start({ context: "other" });
      await assert.rejects(lost.create(CONFIG_MAP, map("x")), /context "other" does not exist/);
    });

    it("leaves a copy of its kubeconfig in the folder of temporary files, readable by its owner alone", () => {
      const copies = readdirSync(plugin.folder).filter((file) => file.startsWith("kubeconfig"));
      assert.equal(copies.length, 1);
      const [copy = ""] = copies.map((file) => join(plugin.folder, file));
      assert.deepEqual(parse(readFileSync(copy, "utf8")), { ...parse(dead), preferences: {} });
      assert.equal(statSync(copy).mode & 0o777, 0o600);
    });

    it("ends by SIGINT, and has no exit code of its own", async () => {
      const ending = await start();
      const ended = once(ending.process, "exit");
      ending.process.kill("SIGINT");
      assert.deepEqual(await ended, [null, "SIGINT"]);
    });
  });

  describe("changed", () => {
    let plugin: Plugin;
    const one = kubeconfigOf("https://127.0.0.1:1", "https://127.0.0.1:2");
    const moved = kubeconfigOf("https://127.0.0.1:3", "https://127.0.0.1:2");

    before(async () => {
      plugin = await Plugin.start("kubernetes", { kubeconfig: one });
    });
    const replaces = async (olds: PropertyMap, news: PropertyMap) => (await plugin.diffConfig(olds, news)).replaces;

    it("is replaced when the active cluster is another", async () => {
      assert.deepEqual(await replaces({ kubeconfig: one }, { kubeconfig: moved }), ["kubeconfig"]);
      assert.deepEqual(await replaces({ kubeconfig: secret(one) }, { kubeconfig: secret(moved) }), ["kubeconfig"]);
      assert.deepEqual(await replaces({ kubeconfig: one, context: "c0" }, { kubeconfig: one, context: "c1" }), [
        "context",
      ]);
      assert.deepEqual(await replaces({ kubeconfig: one, context: "c1" }, { kubeconfig: moved, context: "c1" }), []);
    });

    it("is replaced when the kubeconfig is not known yet", async () => {
      assert.deepEqual(await replaces({ kubeconfig: one }, { kubeconfig: UNKNOWN }), ["kubeconfig"]);
    });

    it("is not replaced as long as its clusterIdentifier stays, whatever the kubeconfig says", async () => {
      const id = { clusterIdentifier: "cluster1" };
      const diff = await plugin.diffConfig({ kubeconfig: one, ...id }, { kubeconfig: moved, ...id });
      assert.deepEqual([diff.changes, diff.replaces], [true, []]);
      assert.deepEqual(await replaces({ kubeconfig: one, ...id }, { kubeconfig: UNKNOWN, ...id }), []);
      assert.deepEqual(await replaces({ kubeconfig: one, ...id }, { kubeconfig: one, clusterIdentifier: "other" }), [
        "clusterIdentifier",
      ]);
    });

    it("is not replaced for other settings, nor by a first identifier", async () => {
      const settings = { kubeconfig: one, enableSecretMutable: "true", clusterIdentifier: "cluster1" };
      const diff = await plugin.diffConfig({ kubeconfig: one }, settings);
      assert.deepEqual([diff.changes, diff.replaces], [true, []]);
      assert.equal((await plugin.diffConfig(settings, settings)).changes, false);
    });
  });

  describe("of a live cluster", () => {
    let cluster: Cluster;
    let folder: string;

    before(async () => {
      cluster = await Cluster.join();
      folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    });
    after(async () => {
      rmSync(folder, { recursive: true });
      await cluster.leave();
    });

    it("takes the kubeconfig by path, by content or from the environment", async () => {
      const content = readFileSync(cluster.kubeconfig, "utf8");
      const copy = join(folder, "config");
      writeFileSync(copy, content, { mode: 0o600 });
      for (const [config, env] of [
        [{ kubeconfig: copy }, {}],
        [{ kubeconfig: content }, {}],
        [{}, { KUBECONFIG: `${join(folder, "missing")}:${copy}` }],
      ] as const) {
        const plugin = await Plugin.start("kubernetes", { context: "cluster1", ...config }, env);
        const got = await plugin.read({ urn: CONFIG_MAP, id: "kube-system/cilium-config", inputs: {}, state: {} });
        assert.equal(got.id, "kube-system/cilium-config");
      }
    });

    it("tells a refused login from an object that is missing", async () => {
      const config: unknown = parse(readFileSync(cluster.kubeconfig, "utf8"));
      assert.ok(
        typeof config === "object" && config !== null && "contexts" in config && Array.isArray(config.contexts),
      );
      const users = config.contexts.map((entry: { context: { user: string } }) => ({
        name: entry.context.user,
        user: { token: "wrong" },
      }));
      const plugin = await Plugin.start("kubernetes", {
        kubeconfig: stringify({ ...config, users }),
        context: "cluster1",
      });
      await assert.rejects(
        plugin.create(CONFIG_MAP, map("x")),
        /unreachable: .*the server has asked for the client to provide credentials/,
      );
    });
  });
});
