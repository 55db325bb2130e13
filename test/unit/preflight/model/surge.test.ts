import assert from "node:assert/strict";
import { surge } from "../../../../components/preflight/model/surge";
import { lines } from "../../support/mesh/mesh";
import { found, POLICY, recorded } from "../../support/preflight/live";

const daemonSet = recorded("daemonset");
const spec = daemonSet["spec"] as { readonly template: { readonly spec: object } };

/** What is said of a DaemonSet with this strategy, and with these changes of its pods. */
function judge(updateStrategy: object | undefined, pods: object = {}) {
  const template = { ...spec.template, spec: { ...spec.template.spec, ...pods } };
  const changed = { ...daemonSet, spec: { ...spec, template, ...(updateStrategy && { updateStrategy }) } };
  return lines(surge(found(1, { daemonSet: changed }), POLICY));
}

const rolling = (rollingUpdate: object) => ({ type: "RollingUpdate", rollingUpdate });

describe("preflight: agents that would have to run beside those that they replace", () => {
  const line = (strategy: string, why: string) =>
    `cluster "cluster1": DaemonSet kube-system/cilium updateStrategy "RollingUpdate, ${strategy}" starts a new agent beside the old one, ` +
    `and ${why}: its roll-out would stand still; set maxSurge 0 and maxUnavailable 1 or more`;

  it("are warned of, with the strategy", () => {
    const network = "both need the ports of the node (hostNetwork)";
    assert.deepEqual(judge(rolling({ maxUnavailable: 0, maxSurge: 1 })), [
      line("maxUnavailable 0, maxSurge 1", network),
    ]);
    assert.deepEqual(judge(rolling({ maxUnavailable: "0%", maxSurge: "10%" })), [
      line("maxUnavailable 0%, maxSurge 10%", network),
    ]);
  });

  it("are warned of where ports of the node are all that they share", () => {
    const containers = [{ name: "cilium-agent", ports: [{ containerPort: 4244, hostPort: 4244 }] }];
    const strategy = rolling({ maxUnavailable: 0, maxSurge: 1 });
    assert.deepEqual(judge(strategy, { hostNetwork: false, containers }), [
      line("maxUnavailable 0, maxSurge 1", "both need ports of the node (hostPort 4244)"),
    ]);
    assert.deepEqual(judge(strategy, { hostNetwork: false, containers: [{ name: "a", ports: null }] }), []);
  });

  it("are none with any other strategy", () => {
    for (const strategy of [
      undefined,
      { type: "OnDelete" },
      { type: "RollingUpdate" },
      rolling({ maxUnavailable: 2 }),
      rolling({ maxUnavailable: 1, maxSurge: 0 }),
      rolling({ maxUnavailable: "10%", maxSurge: "0%" }),
    ]) {
      assert.deepEqual(judge(strategy), [], JSON.stringify(strategy));
    }
    assert.deepEqual(surge(found(1, { without: ["daemonset"] }), POLICY), []);
  });
});
