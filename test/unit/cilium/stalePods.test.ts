import assert from "node:assert/strict";
import { findStalePods } from "../../../components/cilium/stalePods";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ciliumCluster } from "../support/cilium/ciliumCluster";

describe("the pods that have an identity of another cluster id", () => {
  const settings = { cilium: DEFAULT_SETTINGS.cilium, maxConnectedClusters: 255 } as const;

  it("are not known of an agent that does not answer", async () => {
    const api = ciliumCluster("west", { agents: { n1: {}, n2: {} } });
    api.fail((call) => call.do === "exec" && call.args[0].pod.endsWith("n2"), new KubectlError("no answer"));
    const { pods, silent } = await findStalePods({ name: "west", id: 7, api }, settings);
    assert.deepEqual({ pods, silent }, { pods: [], silent: [{ agent: "cilium-west-n2", why: "no answer" }] });
  });
});
