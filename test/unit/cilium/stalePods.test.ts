import assert from "node:assert/strict";
import { findStalePods } from "../../../components/cilium/stalePods";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { saidWhile } from "../support/cilium/rollingCluster";

describe("the pods that have an identity of another cluster id", () => {
  it("are not known of an agent that does not answer, which is named once, however often it is asked", async () => {
    const api = ciliumCluster("west", { agents: { n1: {}, n2: {} } });
    api.fail((call) => call.do === "exec" && call.args[0].pod.endsWith("n2"), new KubectlError("no answer"));
    const settings = { cilium: DEFAULT_SETTINGS.cilium, maxConnectedClusters: 255 } as const;
    const named = new Set<string>();
    const find = () => findStalePods({ name: "west", id: 7, api }, settings, named);
    const { lines } = await saidWhile(async () => [await find(), await find()]);
    assert.deepEqual(lines, [
      'warning: cluster "west": identities of the pods of agent cilium-west-n2 are not known: no answer',
    ]);
  });
});
