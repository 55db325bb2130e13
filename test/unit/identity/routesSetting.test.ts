import assert from "node:assert/strict";
import { readConfigMap } from "../../../components/cilium/configMap";
import { holdRoutes, giveRoutesBack } from "../../../components/identity/routesSetting";
import { recordedOf } from "../../../components/identity/model/recorded";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { saidWhile } from "../support/cilium/rollingCluster";
import { recordText } from "../support/record";

const { cilium } = DEFAULT_SETTINGS;
const OF = { cluster: "west", cilium, owner: "stack", before: recordedOf(recordText(), "west") };
const ROUTES = "auto-direct-node-routes";
const SKIP = "direct-routing-skip-unreachable";

function clusterWith(config: Readonly<Record<string, string>>) {
  const cluster = ciliumCluster("west", { config });
  const held = async () => {
    const live = (await readConfigMap(cluster, cilium)) ?? assert.fail("no cilium-config");
    return holdRoutes(cluster, OF, live);
  };
  return { cluster, held, data: () => cluster.stored("configmap/cilium-config")?.data };
}

describe("the setting about direct routes while agents know nodes by two names", () => {
  for (const [what, config] of [
    ["tunnels are used", { kvstore: "etcd", [ROUTES]: "false" }],
    ["nothing is said of it", { kvstore: "etcd" }],
    ["agents keep nothing in etcd", { kvstore: "", [ROUTES]: "true" }],
  ] as const) {
    it(`stays as it is where ${what}`, async () => {
      const { cluster, held, data } = clusterWith(config);
      await held();
      assert.deepEqual(cluster.callsOf("apply"), []);
      assert.deepEqual(data(), config);
      assert.equal(await giveRoutesBack(cluster, OF), false);
    });
  }

  it("is off, and on again as it was", async () => {
    const config = { kvstore: "etcd", [ROUTES]: "true" };
    const { cluster, held, data } = clusterWith(config);
    await held();
    assert.deepEqual(data(), { ...config, [ROUTES]: "false" });
    assert.equal(await giveRoutesBack(cluster, OF), true);
    assert.deepEqual(data(), config);
  });

  it("takes the one with it without which agents would not start", async () => {
    const config = { kvstore: "etcd", [ROUTES]: "true", [SKIP]: "true" };
    const { cluster, held, data } = clusterWith(config);
    await held();
    assert.deepEqual(data(), { ...config, [ROUTES]: "false", [SKIP]: "false" });
    assert.equal(cluster.callsOf("apply").length, 1);
    await giveRoutesBack(cluster, OF);
    assert.deepEqual(data(), config);
  });

  it("keeps no cluster in a mesh where it cannot be set", async () => {
    const { cluster, held, data } = clusterWith({ kvstore: "etcd", [ROUTES]: "true" });
    cluster.fail((call) => call.do === "apply", new KubectlError("denied by a webhook", "final"));
    const { result, lines } = await saidWhile(held);
    assert.deepEqual(result?.data, data());
    assert.match(
      lines.join("\n"),
      /warning: cluster "west": nodes may lose routes .*auto-direct-node-routes could not be set \(denied by a webhook\); going on/,
    );
  });
});
