import assert from "node:assert/strict";
import { Cluster } from "./harness/cluster";
import { Plugin, urn, type Held } from "./harness/plugin";
import { PartialFailure } from "./harness/results";
import { at, listAt, textAt } from "./harness/object";
import { isSecret, plainMap, type PlainMap, type PropertyMap } from "./shared/value";

const CONFIG_MAP_PATCH = "kubernetes:core/v1:ConfigMapPatch";
const MANAGER = "pulumi.com/patchFieldManager";
const FORCE = "pulumi.com/patchForce";

describe("the kubernetes plugin: Patch resources", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let plugin: Plugin;
  let count = 0;

  before(async () => {
    cluster = await Cluster.join();
    plugin = await cluster.plugin();
  });
  after(async () => {
    await Promise.all([Plugin.stopAll(), cluster.leave()]);
  });

  const path = (name: string) => cluster.path(`core/v1/configmaps/${name}`);
  const patchOf = (name: string, data: PropertyMap, annotations: PropertyMap = { [MANAGER]: "mesh" }): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, annotations },
    data,
  });
  const create = (inputs: PropertyMap, by = plugin) => by.create(urn(CONFIG_MAP_PATCH, "patch"), inputs);
  const diff = async (held: Held, news: PropertyMap) =>
    plugin.diff(held, (await plugin.check(held.urn, news, held.inputs)).inputs);

  /** A ConfigMap that Helm applied, and its name. */
  async function helms(data: PlainMap): Promise<string> {
    const name = `patched-${String(++count)}`;
    await cluster.apply(path(name), { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data }, "helm");
    return name;
  }

  async function managers(name: string): Promise<readonly string[]> {
    const entries = listAt(await cluster.get(path(name)), "metadata", "managedFields");
    return entries.map((entry) => textAt(entry, "manager")).sort();
  }

  describe("creation", () => {
    it("adds to the object under the manager of its annotation, which stays on the object", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "2" }));
      assert.equal(held.id, `${cluster.namespace}/${name}`);
      assert.deepEqual(plainMap(held.state)["data"], { theirs: "1", ours: "2" });
      assert.deepEqual(await managers(name), ["helm", "mesh"]);
      assert.equal(textAt(await cluster.get(path(name)), "metadata", "annotations", MANAGER), "mesh");
    });

    it("makes up a manager without the annotation, and keeps it in the state", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "2" }, {}));
      const [, made = ""] = await managers(name);
      assert.match(made, /^pulumi-kubernetes-[0-9a-f]{8}$/);
      assert.equal(held.state["__fieldManager"], made);
      await plugin.update(held, patchOf(name, { ours: "3" }, {}));
      assert.deepEqual(await managers(name), ["helm", made]);
    });

    it("creates a target that is missing, and a preview does not say so", async () => {
      const name = `missing-${String(++count)}`;
      const inputs = patchOf(name, { ours: "1" });
      const previewed = await plugin.create(urn(CONFIG_MAP_PATCH, "patch"), inputs, { preview: true });
      assert.deepEqual(previewed.state, previewed.inputs, "a preview only shows the inputs");
      assert.equal(await cluster.find(path(name)), undefined);
      await create(inputs);
      assert.deepEqual(at(await cluster.get(path(name)), "data"), { ours: "1" });
    });

    it("fails for a value of another manager, which a preview does not say", async () => {
      const name = await helms({ "cluster-name": "default" });
      const inputs = patchOf(name, { "cluster-name": "cluster1" });
      await plugin.create(urn(CONFIG_MAP_PATCH, "patch"), inputs, { preview: true });
      await assert.rejects(
        create(inputs),
        /field manager "mesh" had an apply conflict: [^]*"helm"[^]*\.data\.cluster-name/,
      );
      assert.equal(textAt(await cluster.get(path(name)), "data", "cluster-name"), "default");
    });

    it("shares a value that another manager has set to the same", async () => {
      const name = await helms({ "cluster-name": "cluster1" });
      await create(patchOf(name, { "cluster-name": "cluster1" }));
    });

    it("takes the value over with the annotation patchForce", async () => {
      const name = await helms({ key: "theirs" });
      await create(patchOf(name, { key: "ours" }, { [MANAGER]: "mesh", [FORCE]: "true" }));
      assert.equal(textAt(await cluster.get(path(name)), "data", "key"), "ours");
      assert.equal(textAt(await cluster.get(path(name)), "metadata", "annotations", FORCE), "true");
    });

    it("knows no setting enablePatchForce of its provider, unlike later releases", async () => {
      const forcing = await cluster.plugin({ enablePatchForce: "true" });
      const name = await helms({ key: "theirs" });
      await assert.rejects(create(patchOf(name, { key: "ours" }), forcing), /apply conflict/);
    });

    it("needs a name and server-side apply", async () => {
      const nameless = { apiVersion: "v1", kind: "ConfigMap", data: {} };
      await assert.rejects(create(nameless), /require the `\.metadata\.name` field/);
      const old = await cluster.plugin({ enableServerSideApply: "false" });
      await assert.rejects(create(patchOf("x", {}), old), /require Server-Side Apply/);
    });
  });

  describe("changes", () => {
    it("never replaces but for another target", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      assert.equal((await diff(held, patchOf(name, { ours: "1" }))).changes, false);
      assert.deepEqual((await diff(held, patchOf(name, { ours: "2" }))).detailed, { "data.ours": "UPDATE" });
      assert.deepEqual((await diff(held, patchOf("other", { ours: "1" }))).replaces, ["metadata.name"]);
    });

    it("drops what it no longer names and leaves what is not its own", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1", gone: "1" }));
      const updated = await plugin.update(held, patchOf(name, { ours: "2" }));
      assert.deepEqual(plainMap(updated.state)["data"], { theirs: "1", ours: "2" });
    });

    it("shows a conflict in the preview of a change, unlike in that of a creation", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      const news = patchOf(name, { ours: "1", theirs: "2" });
      await assert.rejects(plugin.update(held, news, { preview: true }), /apply conflict/);
      await assert.rejects(
        plugin.update(held, news),
        (error: Error) => error instanceof PartialFailure && /apply conflict/.test(error.message),
      );
    });

    it("gives the old manager's fields up when the manager changes", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      const updated = await plugin.update(held, patchOf(name, { ours: "1" }, { [MANAGER]: "other", [FORCE]: "true" }));
      assert.equal(updated.state["__fieldManager"], "other");
      assert.deepEqual(await managers(name), ["helm", "other"]);
    });

    it("shows in the next diff what became of its values, and nothing of others'", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      await cluster.merge(path(name), { data: { ours: "drifted", theirs: "2" } });
      const read = await plugin.read(held);
      assert.deepEqual((await diff(read, patchOf(name, { ours: "1" }))).detailed, { "data.ours": "UPDATE" });
    });

    it("keeps a Secret's data secret, and changes it in place", async () => {
      const name = `secret-${String(++count)}`;
      const inputs = (value: string): PropertyMap => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, annotations: { [MANAGER]: "mesh" } },
        data: { key: Buffer.from(value).toString("base64") },
      });
      await cluster.post(cluster.path("core/v1/secrets"), { apiVersion: "v1", kind: "Secret", metadata: { name } });
      const held = await plugin.create(urn("kubernetes:core/v1:SecretPatch", "secret"), inputs("one"));
      assert.ok(isSecret(held.state["data"]));
      assert.deepEqual((await diff(held, inputs("two"))).detailed, { "data.key": "UPDATE" });
    });
  });

  describe("deletion", () => {
    it("gives its fields up: they go away, an overwritten value is not brought back", async () => {
      const name = await helms({ overwritten: "original", theirs: "1" });
      const held = await create(
        patchOf(name, { overwritten: "ours", added: "1" }, { [MANAGER]: "mesh", [FORCE]: "true" }),
      );
      await plugin.delete(held);
      const left = await cluster.get(path(name));
      assert.deepEqual(left["data"], { theirs: "1" });
      assert.equal(at(left, "metadata", "annotations"), undefined);
      assert.deepEqual(await managers(name), ["helm"]);
    });

    it("makes an empty object where the target is gone", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      await cluster.delete(path(name));
      await plugin.delete(held);
      assert.equal(at(await cluster.get(path(name)), "data"), undefined);
    });

    it("reads a target that is gone as gone, so that a refresh spares it the empty object", async () => {
      const name = await helms({ theirs: "1" });
      const held = await create(patchOf(name, { ours: "1" }));
      await cluster.delete(path(name));
      assert.equal((await plugin.read(held)).id, "");
    });
  });

  describe("lists", () => {
    const labels = { app: "lists" };
    const daemonSet = (name: string, containers: PlainMap[]): PlainMap => ({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
    const patchOfContainers = (name: string, containers: PlainMap[]): PropertyMap => ({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, annotations: { [MANAGER]: "mesh", [FORCE]: "true" } },
      spec: { template: { spec: { containers } } },
    });
    const createDaemonSetPatch = (inputs: PropertyMap) =>
      plugin.create(urn("kubernetes:apps/v1:DaemonSetPatch", "daemonset"), inputs);
    const container = (name: string, more: PlainMap = {}) => ({ name, image: "example.com/image:1", ...more });

    async function withTwoContainers(): Promise<string> {
      const name = `lists-${String(++count)}`;
      await cluster.apply(
        cluster.path(`apps/v1/daemonsets/${name}`),
        daemonSet(name, [container("first"), container("second")]),
        "helm",
      );
      return name;
    }

    it("are merged by key on the server, but compared by index: never without a diff", async () => {
      const name = await withTwoContainers();
      const inputs = patchOfContainers(name, [{ name: "second", env: [{ name: "A", value: "1" }] }]);
      const held = await createDaemonSetPatch(inputs);
      const [, second] = listAt(plainMap(held.state), "spec", "template", "spec", "containers");
      assert.notEqual(at(second, "env"), undefined, "the second container got the variable");
      const found = await diff(held, inputs);
      assert.deepEqual(found.detailed, {
        "spec.template.spec.containers[0].name": "UPDATE",
        "spec.template.spec.containers[0].env": "ADD",
      });
      const updated = await plugin.update(held, inputs);
      assert.equal((await diff(updated, inputs)).changes, true, "an update does not help");
    });

    it("have required fields, which make a deletion fail that owns them alone", async () => {
      const name = await withTwoContainers();
      const inputs = patchOfContainers(name, [container("first", { image: "example.com/image:2" })]);
      const held = await createDaemonSetPatch(inputs);
      await assert.rejects(
        plugin.delete(held),
        /managing a required field[^]*retainOnDelete[^]*containers\[0\]\.image/,
      );
    });

    it("of ours alone can be given up", async () => {
      const name = await withTwoContainers();
      const held = await createDaemonSetPatch(patchOfContainers(name, [container("third")]));
      await plugin.delete(held);
      const live = await cluster.get(cluster.path(`apps/v1/daemonsets/${name}`));
      assert.deepEqual(
        listAt(live, "spec", "template", "spec", "containers").map((item) => textAt(item, "name")),
        ["first", "second"],
      );
    });
  });
});
