import assert from "node:assert/strict";
import { Cluster } from "./harness/cluster";
import { Plugin, urn, type Options } from "./harness/plugin";
import { PartialFailure } from "./harness/results";
import { numberAt, textAt } from "./harness/object";
import { isMap, plainMap, type PlainMap, type PropertyMap } from "./shared/value";
import { waitUntil } from "../support/waitUntil";

const SKIP = "pulumi.com/skipAwait";
const NEVER_READY = { "example.com/node": "missing" };
const KINDS = [
  ["Deployment", "Minimum number of live Pods was not attained"],
  ["StatefulSet", "0 out of 1 replicas succeeded readiness checks"],
] as const;

type Kind = (typeof KINDS)[number][0];

/** A workload that did not get ready in time. */
interface Late {
  readonly inputs: PropertyMap;
  readonly error: PartialFailure;
  readonly seconds: number;
}

/** Work that is begun now and looked at later; its failure waits until then. */
function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

// The lab has controllers but no nodes: pods are made and stay pending.
describe("the kubernetes plugin: waiting for roll-outs", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let plugin: Plugin;
  let count = 0;

  let late: Readonly<Record<Kind, { readonly byOption: Promise<Late>; readonly byAnnotation: Promise<Late> }>>;
  let settling: ReturnType<typeof time>;

  before(async () => {
    cluster = await Cluster.join();
    plugin = await cluster.plugin();
    // What only waits is begun together.
    settling = begun(time(service({ selector: { app: "nobody" } })));
    late = { Deployment: lateOf("Deployment"), StatefulSet: lateOf("StatefulSet") };
  });
  after(async () => {
    await Promise.all([Plugin.stopAll(), cluster.leave()]);
  });

  const typeOf = (kind: string) => urn(`kubernetes:apps/v1:${kind}`, kind.toLowerCase());
  const pathOf = (kind: string, name: string) => cluster.path(`apps/v1/${kind.toLowerCase()}s/${name}`);

  function workload(kind: string, spec: PlainMap = {}, annotations: PropertyMap = {}): PropertyMap {
    const name = `await-${String(++count)}`;
    const labels = { app: name };
    const template = {
      metadata: { labels },
      spec: { nodeSelector: NEVER_READY, containers: [{ name: "a", image: "example.com/a" }] },
    };
    return {
      apiVersion: "apps/v1",
      kind,
      metadata: { name, annotations },
      spec: { selector: { matchLabels: labels }, template, ...spec },
    };
  }
  const create = (inputs: PropertyMap, options: Options = {}) =>
    plugin.create(typeOf(textAt(plainMap(inputs), "kind")), inputs, options);
  const name = (inputs: PropertyMap) => textAt(plainMap(inputs), "metadata", "name");

  /** The failure of an operation that leaves its object behind. */
  async function partial(work: Promise<unknown>): Promise<PartialFailure> {
    try {
      await work;
    } catch (error) {
      if (error instanceof PartialFailure) return error;
      throw error;
    }
    throw new Error("it did not fail");
  }

  async function tooLate(inputs: PropertyMap, options: Options): Promise<Late> {
    const start = Date.now();
    const error = await partial(create(inputs, options));
    return { inputs, error, seconds: (Date.now() - start) / 1_000 };
  }
  const lateOf = (kind: Kind) => ({
    byOption: begun(tooLate(workload(kind), { timeout: 2 })),
    byAnnotation: begun(tooLate(workload(kind, {}, { "pulumi.com/timeoutSeconds": "1" }), {})),
  });

  const service = (spec: PlainMap): PropertyMap => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `await-${String(++count)}` },
    spec: { ports: [{ port: 6379 }], ...spec },
  });
  const time = async (inputs: PropertyMap) => {
    const start = Date.now();
    const { state } = await plugin.create(urn("kubernetes:core/v1:Service", "service"), inputs);
    return { state, seconds: (Date.now() - start) / 1_000 };
  };

  for (const [kind, reason] of KINDS) {
    describe(kind, () => {
      it("is ready when all its replicas are, and none is enough for none", async () => {
        const { state } = await create(workload(kind, { replicas: 0 }));
        const live = plainMap(state);
        assert.equal(numberAt(live, "status", "observedGeneration"), numberAt(live, "metadata", "generation"));
      });

      it("fails when its time is over, and stays in the state", async () => {
        const { inputs, error } = await late[kind].byOption;
        assert.match(error.message, /timed out waiting to be Ready/);
        assert.ok(error.reasons.includes(reason), error.reasons.join("; "));
        assert.equal(error.id, `${cluster.namespace}/${name(inputs)}`);
        assert.equal(textAt(plainMap(error.state), "metadata", "name"), name(inputs));
      });

      it("takes its time from the annotation timeoutSeconds", async () => {
        const { error, seconds } = await late[kind].byAnnotation;
        assert.match(error.message, /timed out waiting to be Ready/);
        assert.ok(seconds >= 1 && seconds < 20, `it took ${seconds} s`);
      });

      it("is not waited for with skipAwait, neither when it is made nor when it is read", async () => {
        const inputs = workload(kind, {}, { [SKIP]: "true" });
        const held = await create(inputs);
        assert.notEqual((await plugin.read(held)).id, "");
        const waiting = {
          ...held,
          inputs: { ...held.inputs, metadata: { name: name(inputs), namespace: cluster.namespace } },
        };
        const error = await partial(plugin.read(waiting));
        assert.match(error.message, /was created but failed to initialize/);
        assert.equal(error.id, held.id);
      });
    });
  }

  it("stops waiting when the run is cancelled", async () => {
    const other = await cluster.plugin();
    const all = KINDS.map(([kind]) => {
      const inputs = workload(kind);
      return { kind, inputs, creating: partial(other.create(typeOf(kind), inputs)) };
    });
    for (const { kind, inputs } of all) {
      const object = `${kind} ${name(inputs)}`;
      await waitUntil(
        `${object} exists`,
        30,
        async () => (await cluster.find(pathOf(kind, name(inputs)))) !== undefined,
      );
    }
    // Cancelled before it waits, the plugin fails for another reason.
    await waitUntil("the plugin says what it waits for", 30, () =>
      all.every(({ kind }) =>
        other.log.some((line) => line.urn === typeOf(kind) && line.message.includes("Waiting for ")),
      ),
    );
    await other.cancel();
    for (const { creating } of all) assert.match((await creating).message, /cancelled/);
  });

  describe("DaemonSet", () => {
    it("is ready at once where no node wants it, even before a controller has seen it", async () => {
      const { state } = await create(workload("DaemonSet"));
      assert.equal(numberAt(plainMap(state), "status", "desiredNumberScheduled"), 0);
    });

    it("is waited for by a Patch of its pod template, until the controller has seen the change", async () => {
      const held = await create(workload("DaemonSet"));
      const path = pathOf("DaemonSet", name(held.inputs));
      await waitUntil(
        "the controller has seen it",
        30,
        async () => numberAt(await cluster.get(path), "status", "observedGeneration") === 1,
      );
      const patch = {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: name(held.inputs), annotations: { "pulumi.com/patchFieldManager": "mesh" } },
        spec: { template: { metadata: { annotations: { rolled: "once" } } } },
      };
      const { state } = await plugin.create(typeOf("DaemonSetPatch"), patch);
      assert.equal(numberAt(plainMap(state), "status", "observedGeneration"), 2);
      assert.equal(numberAt(plainMap(state), "metadata", "generation"), 2);
    });
  });

  it("waits for a patched Deployment like for its own", async () => {
    const inputs = workload("Deployment", {}, { [SKIP]: "true" });
    await create(inputs);
    const patch = (annotations: PropertyMap) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: name(inputs), annotations: { "pulumi.com/patchFieldManager": "mesh", ...annotations } },
      spec: { template: { metadata: { annotations: { rolled: "once" } } } },
    });
    const error = await partial(plugin.create(typeOf("DeploymentPatch"), patch({}), { timeout: 2 }));
    assert.match(error.message, /timed out/);
    await plugin.create(typeOf("DeploymentPatch"), patch({ [SKIP]: "true", "pulumi.com/patchForce": "true" }));
  });

  it("waits for the pods of what it deletes", async () => {
    const inputs = workload("StatefulSet", {}, { [SKIP]: "true" });
    const held = await create(inputs);
    const pod = cluster.path(`core/v1/pods/${name(inputs)}-0`);
    await waitUntil("its pod exists", 30, async () => (await cluster.find(pod)) !== undefined);
    const kept = held.state["__inputs"];
    assert.ok(isMap(kept));
    // Without the annotation, so that it is waited for.
    await plugin.delete({ ...held, state: { ...held.state, __inputs: { ...kept, metadata: { name: name(inputs) } } } });
    assert.equal(await cluster.find(pod), undefined);
  });

  it("waits for what the annotation waitFor says instead", async () => {
    const waiting = (condition: string, timeout: string) =>
      workload("Deployment", {}, { "pulumi.com/waitFor": condition, "pulumi.com/timeoutSeconds": timeout });
    await create(waiting("condition=Available=False", "60"));
    assert.match((await partial(create(waiting("condition=Available", "1")))).message, /timed out waiting/);
  });

  describe("Service", () => {
    it("with a selector gets ten seconds for its endpoints to settle, and none is enough", async () => {
      const { state, seconds } = await settling;
      assert.ok(seconds >= 10 && seconds < 30, `it took ${seconds} s`);
      assert.notEqual(textAt(plainMap(state), "spec", "clusterIP"), "");
    });

    it("without one, or headless, is ready at once", async () => {
      for (const spec of [{}, { clusterIP: "None", selector: { app: "nobody" } }]) {
        const { seconds } = await time(service(spec));
        assert.ok(seconds < 8, `it took ${seconds} s`);
      }
    });
  });
});
