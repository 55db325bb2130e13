import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components";
import { INPUT_VARIABLE, OCCASION_VARIABLE } from "../../../components/command/protocol";
import { runMesh } from "../support/meshProgram";
import type { Registered } from "../support/pulumiMocks";
import { metadata } from "../support/secretData";

/** The plain input of a command. */
function given({ inputs }: Registered): Readonly<Record<string, unknown>> {
  const environment = inputs["environment"] as Readonly<Record<string, string>>;
  return JSON.parse(environment[INPUT_VARIABLE] ?? "") as Readonly<Record<string, unknown>>;
}

describe("components: name and id of the agents", () => {
  it("have one writer, which is given both, the originals, and whether others may be overwritten", async () => {
    for (const [overwriteConflicts, allow] of [
      [false, []],
      [true, ["overwriteConflicts"]],
    ] as const) {
      const ran = await runMesh({ settings: { allow } });
      assert.equal(
        given(ran.one("Command", "clustermesh-cluster2-original-config"))["overwriteConflicts"],
        overwriteConflicts,
      );
      const writer = given(ran.one("Command", "clustermesh-cluster2-rollout"));
      assert.equal(writer["overwriteConflicts"], overwriteConflicts);
      assert.deepEqual(writer["desiredConfig"], { "cluster-name": "cluster2", "cluster-id": "102" });
      assert.match(String(writer["originalConfig"]), /^\{"of":"clustermesh-cluster2-original-config"/);
    }
  });

  it("are written by no resource of Pulumi's: what that removes would not come back", async () => {
    const { resources } = await runMesh();
    const objects = resources.filter(({ type }) => /ConfigMap|Patch|DaemonSet|Deployment/.test(type));
    assert.deepEqual(objects, []);
  });

  it("follow the names of an install by hand", async () => {
    const cilium = {
      ...DEFAULT_SETTINGS.cilium,
      operator: false as const,
      namespace: "cilium",
      configMap: "cc",
      daemonSet: "agents",
    };
    const ran = await runMesh({ settings: { cilium } });
    const where = (type: string, name: string) => {
      const { namespace, name: object } = metadata(ran.one(type, name));
      return `${String(namespace)}/${String(object)}`;
    };
    assert.equal(where("v1:Secret", "clustermesh-cluster1-peers"), "cilium/cilium-clustermesh");
    assert.equal(where("v1:Secret", "clustermesh-cluster1-etcd-server"), "cilium/clustermesh-etcd-server");
    assert.deepEqual(given(ran.one("Command", "clustermesh-cluster1-rollout"))["cilium"], cilium);
  });
});

describe("components: roll-out of the agents", () => {
  const settled = async (over: object = {}) =>
    given((await runMesh({ specs: { 1: over } })).one("Command", "clustermesh-cluster1-rollout"));

  it("comes with a new name or id, and with nothing else", async () => {
    assert.notDeepEqual((await settled({ id: 7 }))["desiredConfig"], (await settled())["desiredConfig"]);
    assert.deepEqual(await settled({ nodeCIDRs: ["10.2.0.0/24"] }), await settled());
  });
});

describe("components: agents that run with what was set", () => {
  const environment = ({ inputs }: Registered) => inputs["environment"] as Readonly<Record<string, string>>;
  const settled = async (options = {}) =>
    environment((await runMesh(options)).one("Command", "clustermesh-cluster1-rollout"));

  it("are set again when the preflight has seen drift, in that cluster alone", async () => {
    const options = { observed: { cluster1: { drift: "cilium-config 77" } } };
    assert.equal((await settled(options))[OCCASION_VARIABLE], "cilium-config 77");
    assert.ok(!(OCCASION_VARIABLE in (await settled())));
    const { resources } = await runMesh(options);
    const others = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("cilium-config 77"));
    assert.deepEqual(
      others.map(({ name }) => name),
      ["clustermesh-cluster1-rollout"],
    );
  });
});
