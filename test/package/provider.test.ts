import assert from "node:assert/strict";
import { join } from "node:path";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { allSettings } from "../../build/reference/settings";
import { typeNamed, type PropertySpec, type TypeSpec } from "../../components/provider/model/packageTypes";
import { own } from "../../components/basics/model/own";
import { ensureBuilt } from "../support/command/built";
import type { Registered } from "./support/monitor";
import { ROOT } from "./support/packed";
import { ComponentProvider, type Asked } from "./support/provider";
import { isSecret, outputOf, publicOf, secretOf } from "./support/wire";

const MESH = "clustermesh:index:ClusterMesh";
const AUTHORITY = "clustermesh:index:ClusterMeshAuthority";

interface Schema {
  readonly name: string;
  readonly version: string;
  readonly resources: Readonly<
    Record<
      string,
      {
        readonly isComponent: boolean;
        readonly inputProperties: Readonly<Record<string, PropertySpec>>;
        readonly requiredInputs: readonly string[];
        readonly properties: Readonly<Record<string, PropertySpec>>;
      }
    >
  >;
  readonly types: Parameters<typeof typeNamed>[0]["types"];
}

/** A cluster of which all is written down. */
const cluster = (id: number, access: Readonly<Record<string, JavaScriptValue>>): Record<string, JavaScriptValue> => ({
  id,
  ...access,
  etcd: { endpoints: [`https://10.1.${String(id)}.1:2379`] },
  podCIDRs: [`10.6${String(id)}.0.0/16`],
  nodeCIDRs: [`10.1.${String(id)}.0/24`],
});

const KUBECONFIG = "kind: Config # with-a-token";
const NOBODY_ASKED = { preflight: false };

describe("the component provider", function () {
  this.timeout("2m");
  let provider: ComponentProvider;
  let schema: Schema;

  before(async () => {
    ensureBuilt();
    provider = await ComponentProvider.start(ROOT, join(ROOT, "pulumi-resource-clustermesh"));
    schema = (await provider.schema()) as Schema;
  });

  after(() => provider.stop());

  const meshOf = (inputs: Asked["inputs"], from: Asked["from"] = {}): Asked => ({
    type: MESH,
    name: "mesh",
    inputs: { wait: NOBODY_ASKED, ...inputs },
    from,
  });

  /** What is wrong with a mesh; nothing of it may have been registered. */
  async function refusal(asked: Asked): Promise<string> {
    const registered: Registered[] = [];
    const error: unknown = await provider.construct(asked, registered).then(
      () => assert.fail("it was made"),
      (failed: unknown) => failed,
    );
    assert.deepEqual(registered, []);
    return error instanceof Error ? error.message : String(error);
  }

  /** The input that a setting is, such as `clusters.<name>.etcd.endpoints`. */
  function inputOf(setting: string): PropertySpec | undefined {
    const { inputProperties } = schema.resources[MESH] ?? assert.fail();
    const spec = { inputs: { properties: inputProperties, required: [] }, types: schema.types };
    const [first = "", ...rest] = setting.split(".");
    const below = (type: TypeSpec | undefined, key: string) =>
      type === undefined
        ? undefined
        : key === "<name>"
          ? type.additionalProperties
          : own(typeNamed(spec, type)?.properties ?? {}, key);
    const found: TypeSpec | undefined = rest.reduce<TypeSpec | undefined>(below, own(inputProperties, first));
    return found !== undefined && "description" in found ? (found as PropertySpec) : undefined;
  }

  it("has a schema with every setting of a mesh, described as in the reference of the configuration", () => {
    assert.deepEqual([schema.name, Object.keys(schema.resources)], ["clustermesh", [MESH, AUTHORITY]]);
    const ofStacks = /^(role|authorityStack|demo)(\.|$)/;
    for (const { key, description, secret } of allSettings().filter((setting) => !ofStacks.test(setting.key))) {
      const input = inputOf(key) ?? assert.fail(`${key} is no input`);
      assert.ok(input.description.startsWith(description), key);
      assert.equal(input.secret === true, secret, key);
    }
  });

  it("describes every input and output, and refers to types that are there", () => {
    const { types, resources } = schema;
    const all = Object.values(resources).flatMap((each) => [
      ...Object.entries(each.inputProperties),
      ...Object.entries(each.properties),
    ]);
    for (const [name, { description }] of [
      ...all,
      ...Object.values(types).flatMap((each) => Object.entries(each.properties)),
    ]) {
      assert.match(description, /\S/, name);
    }
    for (const [, reference = ""] of JSON.stringify(schema).matchAll(/"\$ref":"#\/types\/([^"]*)"/g)) {
      assert.ok(Object.hasOwn(types, reference), reference);
    }
  });

  it("meshes two clusters, whose kubeconfigs are secrets in all that it registers", async () => {
    const { urn, registered, state } = await provider.construct(
      meshOf({
        clusters: {
          west: cluster(1, { kubeconfig: outputOf({ value: KUBECONFIG, secret: true }) }),
          // One that is none across the border is one behind it.
          east: cluster(2, { kubeconfig: KUBECONFIG }),
        },
      }),
    );
    const mesh = registered.find(({ type }) => type === MESH) ?? assert.fail();
    assert.equal(urn, mesh.urn);
    const names = registered.map(({ name }) => name);
    for (const name of ["mesh-west-original-config", "mesh-east-original-config", "mesh-check"]) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(", ")}`);
    }
    for (const { name, sent } of registered) {
      assert.doesNotMatch(JSON.stringify(publicOf(sent)), /with-a-token/, name);
    }
    const secrets = registered.filter(({ sent }) => JSON.stringify(sent).includes("with-a-token"));
    assert.ok(secrets.length > 2);
    assert.doesNotMatch(JSON.stringify(state), /with-a-token/);
    assert.match(JSON.stringify(state["meshedClusters"]), /west/);
    assert.deepEqual(Object.keys(state).sort(), [
      "authorities",
      "certificates",
      "lost",
      "meshedClusters",
      "paths",
      "readiness",
      "stalePods",
      "topology",
    ]);
  });

  it("takes clusters that are a secret as a whole, with what they come from before all that it makes", async () => {
    const source = "urn:pulumi:stack::project::test:index:Cluster::eks";
    const clusters = {
      west: cluster(1, { kubeconfig: KUBECONFIG }),
      east: cluster(2, { context: "east" }),
    };
    const { registered } = await provider.construct(meshOf({ clusters: secretOf(clusters) }, { clusters: [source] }));
    for (const { name, sent } of registered) {
      assert.doesNotMatch(JSON.stringify(publicOf(sent)), /with-a-token/, name);
    }
    const commands = registered.filter(({ type }) => type === "command:local:Command");
    assert.ok(commands.length > 0);
    for (const { name, dependencies } of commands) assert.ok(dependencies.includes(source), name);
  });

  it("waits for what a preview does not know: the endpoint of a load balancer, the kubeconfig of a new cluster", async () => {
    const west = cluster(1, { kubeconfig: outputOf({ secret: true }) });
    const clusters = { west: { ...west, etcd: { endpoints: [outputOf()] } }, east: cluster(2, { context: "east" }) };
    const { registered } = await provider.construct(meshOf({ clusters }));
    assert.ok(registered.some(({ name }) => name === "mesh-west-original-config"));
    assert.ok(provider.log.some(({ message }) => message.includes('cluster "west": etcd is not known yet')));
  });

  it("refuses what is no setting, what is not known and what may be no secret, before anything is registered", async () => {
    const east = cluster(2, { context: "east" });
    const wrong = { west: { ...cluster(1, { context: "west" }), podCIDR: "10.61.0.0/16", id: "one" }, east };
    const words = await refusal(meshOf({ clusters: wrong }));
    assert.match(words, /this mesh cannot work \(2 problems\)/);
    assert.match(words, /cluster "west": podCIDR /);
    assert.match(words, /cluster "west": id "one" /);
    const later = { west: cluster(1, { context: outputOf() }), east };
    assert.match(await refusal(meshOf({ clusters: later })), /clusters\.west\.context is not known yet/);
    const hidden = { west: cluster(1, { context: outputOf({ value: "west", secret: true }) }), east };
    assert.match(
      await refusal(meshOf({ clusters: hidden })),
      /clusters\.west\.context is a secret, and messages show it/,
    );
    const none = { type: "clustermesh:index:Demo", name: "demo", inputs: {} };
    assert.match(await refusal(none), /clustermesh:index:Demo is no component of this package; there are /);
  });

  it("makes an authority, what it signs with is a secret, and a mesh takes it", async () => {
    const clusters = { west: cluster(1, {}), east: cluster(2, {}) };
    const asked = { type: AUTHORITY, name: "authority", inputs: { clusters }, operation: "up" } as const;
    const { signing = null } = (await provider.construct(asked)).state;
    assert.ok(isSecret(signing) && JSON.stringify(signing).includes("the-key"));
    const published = { from: "generated", signing };
    const { registered } = await provider.construct(
      meshOf({
        clusters: { west: cluster(1, { context: "west" }) },
        externalPeers: { east: cluster(2, {}) },
        published,
      }),
    );
    assert.ok(JSON.stringify(registered.map(({ sent }) => sent)).includes("the-key"));
    for (const { name, sent } of registered) assert.doesNotMatch(JSON.stringify(publicOf(sent)), /the-key/, name);
  });

  it("is what Pulumi's language host starts in the package's folder", async () => {
    const runner = join(ROOT, "node_modules", "@pulumi", "pulumi", "cmd", "run-plugin");
    const hosted = await ComponentProvider.start(ROOT, runner, ROOT);
    try {
      assert.deepEqual(await hosted.schema(), schema);
    } finally {
      await hosted.stop();
    }
  });
});
