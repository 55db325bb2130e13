import assert from "node:assert/strict";
import { Cluster } from "./harness/cluster";
import { Plugin, urn, type Held } from "./harness/plugin";
import { PartialFailure } from "./harness/results";
import { at, listAt, nameOf, textAt } from "./harness/object";
import { isMap, isSecret, plainMap, UNKNOWN, type PropertyMap } from "./shared/value";
import { waitUntil } from "../support/waitUntil";

const SECRET = "kubernetes:core/v1:Secret";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("the kubernetes plugin: objects", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let plugin: Plugin;
  let mutable: Plugin;
  let count = 0;

  before(async () => {
    cluster = await Cluster.join();
    plugin = await cluster.plugin();
    mutable = await cluster.plugin({ enableSecretMutable: "true", enableConfigMapMutable: "true" });
  });
  after(async () => {
    await Promise.all([Plugin.stopAll(), cluster.leave()]);
  });

  const fresh = () => `object-${String(++count)}`;
  const configMap = (name: string, data: PropertyMap, more: PropertyMap = {}): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...more },
    data,
  });
  const secretOf = (name: string, data: PropertyMap, more: PropertyMap = {}): PropertyMap => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    data,
    ...more,
  });
  const path = (name: string) => cluster.path(`core/v1/configmaps/${name}`);
  /** Whether the plugin has logged such a line since now. */
  const nextLine = (by: Plugin, line: RegExp) => {
    const seen = by.log.length;
    return () => by.log.slice(seen).some(({ message }) => line.test(message));
  };
  const create = (inputs: PropertyMap) => plugin.create(urn(CONFIG_MAP, "map"), inputs);
  const diff = async (by: Plugin, held: Held, news: PropertyMap) =>
    by.diff(held, (await by.check(held.urn, news, held.inputs)).inputs);

  describe("Secrets", () => {
    it("keeps all data secret, in the state and in the inputs beside it", async () => {
      const { id, inputs, state } = await plugin.create(
        urn(SECRET, "secret"),
        secretOf(fresh(), { key: base64("value") }),
      );
      assert.equal(id, `${cluster.namespace}/object-${String(count)}`);
      const kept = state["__inputs"];
      assert.ok(isSecret(inputs["data"]) && isSecret(state["data"]) && isMap(kept) && isSecret(kept["data"]));
    });

    it("turns stringData into data", async () => {
      const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: fresh() }, stringData: { key: "value" } };
      const held = await plugin.create(urn(SECRET, "secret"), inputs);
      assert.deepEqual(plainMap(held.inputs)["data"], { key: base64("value") });
      assert.equal(held.inputs["stringData"], undefined);
      assert.equal((await diff(plugin, held, inputs)).changes, false);
    });

    it("replaces for a change of data, the old one first", async () => {
      const name = fresh();
      const held = await plugin.create(urn(SECRET, "secret"), secretOf(name, { key: base64("one") }));
      const found = await diff(plugin, held, secretOf(name, { key: base64("two"), more: base64("more") }));
      assert.deepEqual(found.detailed, { "data.key": "UPDATE_REPLACE", "data.more": "ADD_REPLACE" });
      assert.equal(found.deleteBeforeReplace, true);
    });

    it("changes in place with enableSecretMutable, but for the type", async () => {
      const name = fresh();
      const held = await mutable.create(
        urn(SECRET, "secret"),
        secretOf(name, { key: base64("one") }, { type: "Opaque" }),
      );
      const news = secretOf(name, { key: base64("two") }, { type: "Opaque" });
      assert.deepEqual((await diff(mutable, held, news)).detailed, { "data.key": "UPDATE" });
      const updated = await mutable.update(held, news);
      assert.deepEqual(plainMap(updated.state)["data"], { key: base64("two") });
      assert.equal(uid(updated), uid(held));
      assert.deepEqual((await diff(mutable, updated, { ...news, type: "other" })).replaces, ["type"]);
    });

    it("replaces an immutable one all the same", async () => {
      const name = fresh();
      const held = await mutable.create(
        urn(SECRET, "secret"),
        secretOf(name, { key: base64("one") }, { immutable: true }),
      );
      assert.deepEqual(
        (await diff(mutable, held, secretOf(name, { key: base64("two") }, { immutable: true }))).replaces,
        ["data.key"],
      );
    });
  });

  describe("ConfigMaps", () => {
    it("replaces for a change of data unless enableConfigMapMutable", async () => {
      const name = fresh();
      const held = await create(configMap(name, { key: "one" }));
      const news = configMap(name, { key: "two" });
      assert.deepEqual((await diff(plugin, held, news)).detailed, { "data.key": "UPDATE_REPLACE" });
      assert.deepEqual((await diff(mutable, held, news)).detailed, { "data.key": "UPDATE" });
      assert.deepEqual((await diff(mutable, held, configMap(name, {}))).detailed, { data: "DELETE" });
    });
  });

  describe("names", () => {
    it("makes one up, marks it, and keeps it", async () => {
      const inputs = { apiVersion: "v1", kind: "ConfigMap", data: { key: "one" } };
      const held = await plugin.create(urn(CONFIG_MAP, "settings"), inputs);
      const name = nameOf(plainMap(held.state));
      assert.match(name, /^settings-[0-9a-f]{8}$/);
      assert.equal(textAt(await cluster.get(path(name)), "metadata", "annotations", "pulumi.com/autonamed"), "true");
      assert.equal(nameOf(plainMap((await plugin.check(held.urn, inputs, held.inputs)).inputs)), name);
      const { replaces, deleteBeforeReplace } = await diff(plugin, held, { ...inputs, data: { key: "two" } });
      assert.deepEqual([replaces, deleteBeforeReplace], [["data.key"], false]);
    });

    it("replaces for another name, the new one first", async () => {
      const held = await create(configMap(fresh(), {}));
      const { replaces, deleteBeforeReplace } = await diff(mutable, held, configMap(fresh(), {}));
      assert.deepEqual([replaces, deleteBeforeReplace], [["metadata.name"], false]);
    });

    it("gives namespaced objects the provider's namespace, and others none", async () => {
      const { inputs } = await plugin.check(urn(CONFIG_MAP, "map"), configMap("x", {}));
      assert.equal(textAt(plainMap(inputs), "metadata", "namespace"), cluster.namespace);
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } };
      const other = await plugin.check(urn("kubernetes:core/v1:Namespace", "ns"), namespace);
      assert.deepEqual(plainMap(other.inputs), namespace);
    });

    it("adds no label of its own", async () => {
      assert.equal(at(plainMap((await create(configMap(fresh(), {}))).state), "metadata", "labels"), undefined);
    });
  });

  describe("creation", () => {
    // Releases since 4.29 do so with upsertExistingObjects, which the project's providers set.
    it("applies over an object that exists, whatever made it: a value of others is a conflict, which a preview does not say", async () => {
      const name = fresh();
      const made = await cluster.post(cluster.path("core/v1/configmaps"), plainMap(configMap(name, { key: "theirs" })));
      const held = await create(configMap(name, { other: "ours" }));
      assert.equal(uid(held), textAt(made, "metadata", "uid"));
      assert.deepEqual(plainMap(held.state)["data"], { key: "theirs", other: "ours" });
      const inputs = configMap(name, { key: "ours" });
      const previewed = await plugin.create(urn(CONFIG_MAP, "map"), inputs, { preview: true });
      assert.equal(textAt(plainMap(previewed.state), "data", "key"), "ours");
      await assert.rejects(create(inputs), /apply conflict[^]*"other"[^]*\.data\.key/);
      assert.equal(textAt(await cluster.get(path(name)), "data", "key"), "theirs");
    });

    it("overwrites a value of others with patchForce: what must not be taken over has to be looked for before", async () => {
      const name = fresh();
      await cluster.post(cluster.path("core/v1/configmaps"), plainMap(configMap(name, { key: "theirs" })));
      await create(configMap(name, { key: "ours" }, { annotations: { "pulumi.com/patchForce": "true" } }));
      assert.equal(textAt(await cluster.get(path(name)), "data", "key"), "ours");
    });

    it("is tried out on the server in a preview", async () => {
      const name = fresh();
      const spec = { selector: { app: "x" }, ports: [{ port: 80 }] };
      const service = { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
      const { id, state } = await plugin.create(urn("kubernetes:core/v1:Service", "service"), service, {
        preview: true,
      });
      assert.equal(id, "");
      assert.equal(textAt(plainMap(state), "spec", "type"), "ClusterIP", "the server's defaults are there");
      assert.equal(state["status"], undefined);
      assert.equal(await cluster.find(cluster.path(`core/v1/services/${name}`)), undefined);
      const bad = { ...service, spec: { ports: [{ port: 70_000 }] } };
      await assert.rejects(
        plugin.create(urn("kubernetes:core/v1:Service", "service"), bad, { preview: true }),
        /must be between 1 and 65535/,
      );
    });

    it("shows the inputs in a preview where the server cannot help: unknowns, a namespace or a kind still to come", async () => {
      const preview = (of: string, inputs: PropertyMap) => plugin.create(of, inputs, { preview: true });
      const unknown = configMap(fresh(), { key: UNKNOWN });
      const later = configMap(fresh(), {}, { namespace: "not-there-yet" });
      const kind = { apiVersion: "example.com/v1", kind: "Later", metadata: { name: fresh() } };
      for (const held of [
        await preview(urn(CONFIG_MAP, "map"), unknown),
        await preview(urn(CONFIG_MAP, "map"), later),
        await preview(urn("kubernetes:example.com/v1:Later", "later"), kind),
      ]) {
        assert.deepEqual(held.state, held.inputs);
      }
    });

    it("waits for a namespace that another resource is about to make", async () => {
      const namespace = `${cluster.namespace}-late`;
      const retried = nextLine(plugin, /^Retry #0; creation failed: namespaces .* not found/);
      const creating = create(configMap(fresh(), { key: "one" }, { namespace }));
      await waitUntil("the plugin tries again", 30, retried);
      await cluster.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      assert.equal(textAt(plainMap((await creating).state), "metadata", "namespace"), namespace);
      await cluster.delete(`/api/v1/namespaces/${namespace}`);
    });
  });

  describe("changes", () => {
    it("takes over what it created, and leaves what others added", async () => {
      const name = fresh();
      const held = await mutable.create(urn(CONFIG_MAP, "map"), configMap(name, { key: "one", gone: "soon" }));
      await cluster.merge(path(name), { data: { theirs: "stays" } });
      const updated = await mutable.update(held, configMap(name, { key: "two" }));
      assert.deepEqual(plainMap(updated.state)["data"], { key: "two", theirs: "stays" });
      const managers = listAt(await cluster.get(path(name)), "metadata", "managedFields");
      assert.deepEqual(
        managers.map(
          (entry) => `${textAt(entry, "manager").replace(/[0-9a-f]{8}$/, "*")} ${textAt(entry, "operation")}`,
        ),
        ["pulumi-kubernetes-* Apply", "other Update"],
      );
    });

    it("reports a conflict with another manager that changed the same value, and keeps the new inputs as unfinished", async () => {
      const name = fresh();
      const held = await mutable.create(urn(CONFIG_MAP, "map"), configMap(name, { key: "one" }));
      await cluster.merge(path(name), { data: { key: "theirs" } });
      await assert.rejects(mutable.update(held, configMap(name, { key: "two" })), (error: Error) => {
        assert.ok(error instanceof PartialFailure);
        assert.match(error.message, /apply conflict[^]*"other"/);
        assert.equal(textAt(plainMap(error.state), "data", "key"), "theirs");
        assert.equal(textAt(plainMap(error.state), "__inputs", "data", "key"), "two");
        return true;
      });
    });

    it("tries a change out in a preview", async () => {
      const name = fresh();
      const held = await mutable.create(urn(CONFIG_MAP, "map"), configMap(name, { key: "one" }));
      const previewed = await mutable.update(held, configMap(name, { key: "two" }), { preview: true });
      assert.equal(textAt(plainMap(previewed.state), "data", "key"), "two");
      assert.equal(textAt(await cluster.get(path(name)), "data", "key"), "one");
      const unknown = configMap(name, { key: UNKNOWN });
      assert.deepEqual((await mutable.update(held, unknown, { preview: true })).state["data"], { key: UNKNOWN });
    });

    it("leaves alone what ignoreChanges names", async () => {
      const name = fresh();
      const held = await mutable.create(urn(CONFIG_MAP, "map"), configMap(name, { key: "one", other: "one" }));
      await cluster.merge(path(name), { data: { key: "theirs" } });
      const news = configMap(name, { key: "two", other: "two" });
      const options = { ignoreChanges: ["data.key"] };
      const checked = (await mutable.check(held.urn, news, held.inputs)).inputs;
      assert.deepEqual((await mutable.diff(held, checked, options)).detailed, { "data.other": "UPDATE" });
      const updated = await mutable.update(held, news, options);
      assert.deepEqual(plainMap(updated.state)["data"], { key: "theirs", other: "two" });
    });
  });

  describe("reading", () => {
    it("shows a drift in the next diff", async () => {
      const name = fresh();
      const held = await create(configMap(name, { key: "one" }));
      assert.equal((await diff(mutable, held, configMap(name, { key: "one" }))).changes, false);
      await cluster.merge(path(name), { data: { key: "drifted", theirs: "x" } });
      const read = await plugin.read(held);
      assert.deepEqual(plainMap(read.inputs)["data"], { key: "drifted" }, "only what the program named is an input");
      assert.deepEqual((await diff(mutable, read, configMap(name, { key: "one" }))).detailed, { "data.key": "UPDATE" });
    });

    it("says that an object is gone", async () => {
      const name = fresh();
      const held = await create(configMap(name, {}));
      await cluster.delete(path(name));
      assert.equal((await plugin.read(held)).id, "");
    });

    it("reads an object of others by its id alone", async () => {
      const name = fresh();
      await cluster.post(cluster.path("core/v1/configmaps"), plainMap(configMap(name, { key: "theirs" })));
      const nothing = { urn: urn(CONFIG_MAP, "got"), inputs: {}, state: {} };
      const got = await plugin.read({ ...nothing, id: `${cluster.namespace}/${name}` });
      assert.equal(textAt(plainMap(got.state), "data", "key"), "theirs");
      assert.equal((await plugin.read({ ...nothing, id: `${cluster.namespace}/missing` })).id, "");
      await cluster.post(cluster.path("core/v1/secrets"), plainMap(secretOf(name, { key: base64("theirs") })));
      const secret = await plugin.read({
        urn: urn(SECRET, "got"),
        id: `${cluster.namespace}/${name}`,
        inputs: {},
        state: {},
      });
      assert.ok(isSecret(secret.state["data"]));
    });
  });

  describe("deletion", () => {
    it("waits for finalizers", async () => {
      const name = fresh();
      const held = await create(configMap(name, {}, { finalizers: ["example.com/wait"] }));
      let gone = false;
      const deleting = plugin.delete(held).then(() => {
        gone = true;
      });
      await waitUntil(
        "the object is being deleted",
        30,
        async () => textAt(await cluster.get(path(name)), "metadata", "deletionTimestamp") !== "",
      );
      assert.equal(gone, false);
      await cluster.merge(path(name), { metadata: { finalizers: null } });
      await deleting;
      assert.equal(await cluster.find(path(name)), undefined);
    });

    it("gives up after its timeout, and says what is in the way", async () => {
      const name = fresh();
      const held = await create(configMap(name, {}, { finalizers: ["example.com/wait"] }));
      await assert.rejects(plugin.delete(held, { timeout: 1 }), (error: Error) => {
        assert.ok(error instanceof PartialFailure);
        assert.match(error.message, /timed out waiting for the condition/);
        return true;
      });
      assert.ok(
        plugin.log.some(({ message }) => message === "finalizers might be preventing deletion (example.com/wait)"),
      );
      await cluster.merge(path(name), { metadata: { finalizers: null } });
    });

    it("is content when the object is gone already", async () => {
      const name = fresh();
      const held = await create(configMap(name, {}));
      await cluster.delete(path(name));
      await plugin.delete(held);
    });

    it("waits for the garbage collector", async () => {
      const held = await create(configMap(fresh(), {}));
      const owner = {
        apiVersion: "v1",
        kind: "ConfigMap",
        name: nameOf(plainMap(held.state)),
        uid: uid(held),
        blockOwnerDeletion: true,
      };
      const owned = fresh();
      await cluster.post(
        cluster.path("core/v1/configmaps"),
        plainMap(configMap(owned, {}, { ownerReferences: [owner] })),
      );
      await plugin.delete(held);
      assert.equal(await cluster.find(path(owned)), undefined, "what it owned went first");
    });

    it("can leave what the object owned", async () => {
      const annotations = { "pulumi.com/deletionPropagationPolicy": "orphan" };
      const held = await create(configMap(fresh(), {}, { annotations }));
      const owner = { apiVersion: "v1", kind: "ConfigMap", name: nameOf(plainMap(held.state)), uid: uid(held) };
      const owned = fresh();
      await cluster.post(
        cluster.path("core/v1/configmaps"),
        plainMap(configMap(owned, {}, { ownerReferences: [owner] })),
      );
      await plugin.delete(held);
      assert.equal(at(await cluster.get(path(owned)), "metadata", "ownerReferences"), undefined);
    });
  });

  describe("custom resources", () => {
    const POLICY = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";
    const policy = (name: string, description: string): PropertyMap => ({
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name },
      spec: {
        description,
        endpointSelector: { matchLabels: { app: "db" } },
        ingress: [{ fromEndpoints: [{ matchLabels: { app: "a" } }] }],
      },
    });

    it("are created, changed and deleted like others", async () => {
      const name = fresh();
      const held = await plugin.create(urn(POLICY, "policy"), policy(name, "one"));
      assert.equal((await diff(plugin, held, policy(name, "one"))).changes, false);
      assert.deepEqual((await diff(plugin, held, policy(name, "two"))).detailed, { "spec.description": "UPDATE" });
      const updated = await plugin.update(held, policy(name, "two"));
      assert.equal(textAt(plainMap(updated.state), "spec", "description"), "two");
      await plugin.delete(updated);
      assert.equal(await cluster.find(cluster.path(`cilium.io/v2/ciliumnetworkpolicies/${name}`)), undefined);
    });
  });

  describe("kinds that the server does not know", () => {
    const group = "plugins.example.com";
    const thing = (name: string): PropertyMap => ({ apiVersion: `${group}/v1`, kind: "Thing", metadata: { name } });
    const of = urn(`kubernetes:${group}/v1:Thing`, "thing");
    const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind: "Thing", plural: "things" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    };
    it("are waited for, since another resource may bring them, and take their objects along when they go", async () => {
      const name = fresh();
      const retried = nextLine(plugin, /^Retry #0; creation failed: no matches for kind/);
      const creating = plugin.create(of, thing(name));
      await waitUntil("the plugin tries again", 30, retried);
      await cluster.post(crdPath, crd);
      const held = await creating;
      assert.equal(held.id, `${cluster.namespace}/${name}`);
      await cluster.delete(`${crdPath}/things.${group}`);
      await waitUntil(
        "the kind is gone",
        30,
        async () => (await cluster.find(cluster.path(`${group}/v1/things/${name}`))) === undefined,
      );
      await plugin.delete(held);
      assert.equal((await plugin.read(held)).id, "");
    });
  });

  const uid = (held: Held) => textAt(plainMap(held.state), "metadata", "uid");
});
