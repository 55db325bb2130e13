import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Cluster } from "./harness/cluster";
import { Plugin, urn, type Held } from "./harness/plugin";
import { textAt } from "./kubernetes/object";
import { plainMap, secret, UNKNOWN, type PropertyMap } from "./shared/value";

const CONFIG_MAP = urn("kubernetes:core/v1:ConfigMap", "map");
const WARNING = 2;

const kubeconfig = (...servers: readonly string[]) =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c0",
    clusters: servers.map((server, i) => ({ name: `c${String(i)}`, cluster: { server } })),
    users: [{ name: "u", user: { token: "t" } }],
    contexts: servers.map((_, i) => ({
      name: `c${String(i)}`,
      context: { cluster: `c${String(i)}`, user: "u", namespace: "of-context" },
    })),
  });

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

describe("stand-in of the kubernetes plugin: the provider", function () {
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

    before(async () => {
      dead = kubeconfig(`https://127.0.0.1:${String(await closedPort())}`);
    });
    it("starts in a moment and previews creations and changes, without a word", async () => {
      const began = Date.now();
      const plugin = await start();
      assert.ok(Date.now() - began < 5_000);
      const previewed = await plugin.create(CONFIG_MAP, map("x"), { preview: true });
      assert.equal(textAt(plainMap(previewed.state), "metadata", "namespace"), "of-context");
      assert.equal((await plugin.diff(held, { ...map("dead"), data: { key: "two" } })).changes, true);
      await plugin.update(held, map("dead"), { preview: true });
      assert.deepEqual(plugin.log, []);
    });

    it("fails to create, change and delete, and says why", async () => {
      const plugin = await start();
      const why = /configured Kubernetes cluster is unreachable: .*ECONNREFUSED/;
      await assert.rejects(plugin.create(CONFIG_MAP, map("x")), why);
      await assert.rejects(plugin.update(held, map("dead")), why);
      await assert.rejects(plugin.delete(held), /PULUMI_K8S_DELETE_UNREACHABLE/);
    });

    it("fails to read with a warning besides", async () => {
      const plugin = await start();
      await assert.rejects(plugin.read(held), /failed to read resource state due to unreachable cluster/);
      assert.ok(plugin.log.some(({ severity, message }) => severity === WARNING && /unreachable/.test(message)));
    });

    it("lets go of everything with deleteUnreachable", async () => {
      const plugin = await start({ deleteUnreachable: "true" });
      await plugin.delete(held);
      assert.equal((await plugin.read(held)).id, "");
    });

    it("keeps everything as it was with skipUpdateUnreachable", async () => {
      const plugin = await start({ skipUpdateUnreachable: "true" });
      assert.deepEqual((await plugin.check(CONFIG_MAP, map("new"), held.inputs)).inputs, held.inputs);
      assert.deepEqual((await plugin.read(held)).state, held.state);
    });

    it("is also one whose kubeconfig says nothing", async () => {
      const plugin = await start({ context: "other" });
      await assert.rejects(plugin.create(CONFIG_MAP, map("x")), /context "other" does not exist/);
    });
  });

  describe("of a cluster that has gone silent", () => {
    it("gives up like its HTTP/2 transport, by a ping that nobody answers", async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      assert.ok(address !== null && typeof address === "object");
      const env = { HTTP2_READ_IDLE_TIMEOUT_SECONDS: "1", HTTP2_PING_TIMEOUT_SECONDS: "1" };
      const silent = kubeconfig(`https://127.0.0.1:${String(address.port)}`);
      try {
        const plugin = await Plugin.start("kubernetes", { kubeconfig: silent }, env);
        await assert.rejects(plugin.create(CONFIG_MAP, map("x")), /unreachable: .*http2: client connection lost/);
      } finally {
        server.close();
      }
    });
  });

  describe("changed", () => {
    let plugin: Plugin;
    const one = kubeconfig("https://127.0.0.1:1", "https://127.0.0.1:2");
    const moved = kubeconfig("https://127.0.0.1:3", "https://127.0.0.1:2");

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
      await assert.rejects(plugin.create(CONFIG_MAP, map("x")), /unreachable: .*(Unauthorized|forbidden)/i);
    });

    it("exits on SIGINT", async () => {
      const plugin = await cluster.plugin();
      const ended = new Promise((resolve) => plugin.process.once("exit", resolve));
      plugin.process.kill("SIGINT");
      assert.equal(await ended, 0);
    });
  });
});
