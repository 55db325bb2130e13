import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components";
import { INPUT_VARIABLE, OCCASION_VARIABLE } from "../../../components/commands/protocol";
import { FIELD_MANAGER, ROLLOUT_ANNOTATION } from "../../../components/model/agentConfig";
import { runMesh, type MeshRun } from "../support/meshProgram";
import { omit } from "../support/omit";
import { WRITTEN_AT, type Registered } from "../support/pulumiMocks";
import { metadata } from "../support/secretData";

const MANAGER = { "pulumi.com/patchFieldManager": FIELD_MANAGER, "pulumi.com/skipAwait": "true" };

const FORCED = { ...MANAGER, "pulumi.com/patchForce": "true" };

/** The annotations of a patched workload's pod template. */
function podAnnotations({ inputs }: Registered): Readonly<Record<string, string>> {
  const { template, ...rest } = inputs["spec"] as { template: { metadata: { annotations: Record<string, string> } } };
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(template), ["metadata"]);
  assert.deepEqual(Object.keys(template.metadata), ["annotations"]);
  return template.metadata.annotations;
}

describe("components: name and id of the agents", function () {
  this.timeout(20_000);
  const config = (ran: MeshRun) => ran.one("ConfigMapPatch", "cluster2-config");

  it("are all that is patched in cilium-config", async () => {
    const { inputs } = config(await runMesh());
    assert.deepEqual(inputs["data"], { "cluster-name": "cluster2", "cluster-id": "102" });
    assert.deepEqual(inputs["metadata"], {
      name: "cilium-config",
      namespace: "kube-system",
      annotations: MANAGER,
    });
  });

  it("are forced on others only where conflicts may be overwritten", async () => {
    const forced = config(await runMesh({ settings: { conflicts: "overwrite" } }));
    assert.deepEqual(metadata(forced).annotations, FORCED);
  });

  it("force nothing else of somebody else, but for the annotation of our own that rolls the pods", async () => {
    const { resources } = await runMesh({ settings: { conflicts: "refuse" } });
    const patches = resources.filter(({ type }) => type.endsWith("Patch"));
    const forced = patches.filter((each) => metadata(each).annotations?.["pulumi.com/patchForce"] !== undefined);
    assert.deepEqual(forced.map(({ name }) => name).sort(), [
      "cluster1-agents",
      "cluster1-operator",
      "cluster2-agents",
      "cluster2-operator",
    ]);
  });
});

describe("components: roll-out of the agents", function () {
  this.timeout(20_000);

  it("is one annotation of the pod templates of agents and operator, and no list", async () => {
    const ran = await runMesh();
    const agents = ran.one("DaemonSetPatch", "cluster1-agents");
    const operator = ran.one("DeploymentPatch", "cluster1-operator");
    assert.deepEqual(Object.keys(podAnnotations(agents)), [ROLLOUT_ANNOTATION]);
    assert.deepEqual(podAnnotations(operator), podAnnotations(agents));
    assert.deepEqual(metadata(agents), { name: "cilium", namespace: "kube-system", annotations: FORCED });
    assert.deepEqual(metadata(operator), { name: "cilium-operator", namespace: "kube-system", annotations: FORCED });
  });

  it("is known in a preview, and differs between clusters", async () => {
    const [up, preview] = [await runMesh(), await runMesh({}, true)];
    const checksum = (ran: MeshRun, name: string) =>
      podAnnotations(ran.one("DaemonSetPatch", name))[ROLLOUT_ANNOTATION];
    assert.match(checksum(preview, "cluster1-agents") ?? "", /^[0-9a-f]{16}$/);
    assert.equal(checksum(preview, "cluster1-agents"), checksum(up, "cluster1-agents"));
    assert.notEqual(checksum(up, "cluster1-agents"), checksum(up, "cluster2-agents"));
  });

  it("comes with a new name or id, and with nothing else", async () => {
    const sum = async (over: object) =>
      podAnnotations((await runMesh({ specs: { 1: over } })).one("DaemonSetPatch", "cluster1-agents"));
    assert.notDeepEqual(await sum({ id: 7 }), await sum({}));
    assert.deepEqual(await sum({ nodeCIDRs: ["10.2.0.0/24"] }), await sum({}));
  });

  it("leaves out an operator that is not there, and follows other names", async () => {
    const cilium = {
      ...omit(DEFAULT_SETTINGS.cilium, "operator"),
      namespace: "cilium",
      configMap: "cc",
      daemonSet: "agents",
    };
    const ran = await runMesh({ settings: { cilium } });
    assert.deepEqual(ran.all("DeploymentPatch"), []);
    const where = (type: string, name: string) => {
      const { namespace, name: object } = metadata(ran.one(type, name));
      return `${String(namespace)}/${String(object)}`;
    };
    assert.equal(where("ConfigMapPatch", "cluster1-config"), "cilium/cc");
    assert.equal(where("DaemonSetPatch", "cluster1-agents"), "cilium/agents");
    assert.equal(where("v1:Secret", "cluster1-peers"), "cilium/cilium-clustermesh");
    assert.equal(where("v1:Secret", "cluster1-etcd-server"), "cilium/clustermesh-etcd-server");
  });
});

describe("components: agents that run with what was set", function () {
  this.timeout(20_000);
  const environment = ({ inputs }: Registered) => inputs["environment"] as Readonly<Record<string, string>>;
  const settled = async (options = {}) => environment((await runMesh(options)).one("Command", "cluster1-settled"));

  it("are looked after again when name and id were written again", async () => {
    const input = JSON.parse((await settled())[INPUT_VARIABLE] ?? "") as Readonly<Record<string, unknown>>;
    assert.equal(input["written"], WRITTEN_AT);
    assert.equal(input["conflicts"], DEFAULT_SETTINGS.conflicts);
  });

  it("are looked after again when somebody was seen to have changed them, in that cluster alone", async () => {
    const options = { specs: { 1: { changedSince: "cilium-config 77" } } };
    assert.equal((await settled(options))[OCCASION_VARIABLE], "cilium-config 77");
    assert.ok(!(OCCASION_VARIABLE in (await settled())));
    const { resources } = await runMesh(options);
    const others = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("cilium-config 77"));
    assert.deepEqual(
      others.map(({ name }) => name),
      ["cluster1-settled"],
    );
  });
});
