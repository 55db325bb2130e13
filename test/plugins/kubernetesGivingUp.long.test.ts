import assert from "node:assert/strict";
import { createServer } from "node:net";
import { Cluster } from "./harness/cluster";
import { Plugin, urn } from "./harness/plugin";
import { kubeconfigOf, listening } from "./harness/servers";

const CONFIG_MAP = urn("kubernetes:core/v1:ConfigMap", "map");
const THING = urn("kubernetes:plugins.example.com/v1:Thing", "thing");

/** How an attempt failed, and after how many seconds. */
interface Failure {
  readonly message: string;
  readonly seconds: number;
}

async function failureOf(work: () => Promise<unknown>): Promise<Failure> {
  const began = Date.now();
  const message = await work().then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );
  return { message, seconds: (Date.now() - began) / 1_000 };
}

// All are begun together: each of them only waits.
describe("the kubernetes plugin: how long it takes to give up", function () {
  this.timeout(180_000);
  const silent = createServer();
  let cluster: Cluster;
  let unanswered: Promise<Failure>;
  let unknownKind: Promise<Failure>;
  let noNamespace: Promise<Failure>;

  before(async () => {
    cluster = await Cluster.join();
    const config = { kubeconfig: kubeconfigOf(`https://127.0.0.1:${String(await listening(silent))}`) };
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } };
    unanswered = failureOf(async () => (await Plugin.start("kubernetes", config)).create(CONFIG_MAP, map));
    const [cancelled, patient] = await Promise.all([cluster.plugin(), cluster.plugin()]);
    const thing = { apiVersion: "plugins.example.com/v1", kind: "Thing", metadata: { name: "x" } };
    unknownKind = failureOf(() => cancelled.create(THING, thing));
    noNamespace = failureOf(() =>
      patient.create(CONFIG_MAP, { ...map, metadata: { name: "x", namespace: "never-there" } }),
    );
    await cancelled.cancel();
  });
  after(async () => {
    silent.close();
    await Promise.all([Plugin.stopAll(), cluster.leave()]);
  });

  it("on a server that accepts and says nothing: two TLS handshakes of ten seconds", async () => {
    const { message, seconds } = await unanswered;
    assert.match(message, /configured Kubernetes cluster is unreachable: .*TLS handshake timeout/);
    assert.ok(seconds >= 20 && seconds < 40, `it took ${seconds} s`);
  });

  it("on a kind that the server does not know: 63 seconds, also when the run is cancelled", async () => {
    const { message, seconds } = await unknownKind;
    assert.match(message, /apiVersion for this resource does not exist.*CRDs/);
    assert.ok(seconds >= 63 && seconds < 90, `it took ${seconds} s`);
  });

  it("on a namespace that is not there: as long", async () => {
    const { message, seconds } = await noNamespace;
    assert.match(message, /namespaces "never-there" not found/);
    assert.ok(seconds >= 63 && seconds < 90, `it took ${seconds} s`);
  });
});
