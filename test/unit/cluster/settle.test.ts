import assert from "node:assert/strict";
import { rolloutChecksum } from "../../../components/cilium/model/agentConfig";
import { MARK_ANNOTATION, markText } from "../../../components/identity/model/mark";
import { fakeKubectl, type FakeCluster, type FakeKubectl } from "../../support/kubernetes/fakeKubectl";
import { MEMBER_INPUT, runCommand } from "../support/command/runCommand";
import { recordOf, recordText } from "../support/record";

const { desiredConfig: DESIRED } = MEMBER_INPUT;
const UNMESHED = { "cluster-name": "default", "cluster-id": "0" };
const CHECKSUM = rolloutChecksum(DESIRED);
const INPUT = {
  ...MEMBER_INPUT,
  rollOut: { await: true, timeoutSeconds: 60 },
  overwriteConflicts: false,
  originalConfig: recordText(),
};

const WRITTEN = "2026-11-24T09:00:00Z";
const managedFields = [{ manager: "cilium-clustermesh", operation: "Apply", time: WRITTEN }];
const BEFORE = "2026-11-24T08:00:00Z";
const AFTER = "2026-11-24T10:00:00Z";

const agent = (name: string, first: number) => ({
  cluster: { self: `${name}/node` },
  "identity-range": { "min-identity": first },
});
const MESHED = agent("cluster1", 101 * 2 ** 16);
const OTHER = agent("default", 256);

/** The calls that change something, wait or ask an agent, in a few words each. */
function story(calls: readonly (readonly string[])[]): readonly string[] {
  return calls.flatMap((call) => {
    const words = call.join(" ");
    if (call.includes("status") && call.includes("exec")) return ["ask"];
    if (call[1] === "apply") return [`apply ${/\/(configmaps)\//.exec(call[2] ?? "")?.[1] ?? ""}`];
    if (call.includes("patch")) return [`roll ${call.filter((word) => /^\w+\/\S+$/.test(word)).join(" ")}`];
    const restarted = /delete pod (.*) -n kube-system/.exec(words)?.[1];
    if (restarted !== undefined) return [`restart ${restarted}`];
    const looked = /get (\w+)\/\S+ -n kube-system --ignore-not-found -o json/.exec(words)?.[1];
    return looked === undefined ? [] : [`look at ${looked}`];
  });
}

const MARK = markText(recordOf(), MEMBER_INPUT.owner);
const LOOKED = ["look at daemonset", "look at deployment"];

describe("the command that settles a member", () => {
  let kubectl: FakeKubectl | undefined;

  afterEach(async () => {
    await kubectl?.remove();
  });

  async function settle(cluster: FakeCluster, over: object = {}) {
    const annotations = { [MARK_ANNOTATION]: MARK };
    const well = { config: DESIRED, annotation: CHECKSUM, managedFields, annotations, restarted: MESHED };
    kubectl = await fakeKubectl({}, { cluster1: { ...well, ...cluster } });
    const ended = await runCommand(kubectl, "cluster", "rollOut", { ...INPUT, ...over });
    const calls = await kubectl.calls();
    return { ...ended, calls, story: story(calls) };
  }

  it("writes nothing and asks no agent where all is as it was set and has rolled since", async () => {
    const { code, stderr, story: told } = await settle({ agents: { a: OTHER }, born: AFTER, operatorPods: ["op"] });
    assert.equal(code, 0, stderr);
    assert.deepEqual(told, [...LOOKED, "look at deployment"]);
  });

  it("restarts older agents that run with another name or id, as many at a time as may be, then the operator", async () => {
    const agents = { a: OTHER, b: MESHED, c: OTHER, d: agent("cluster1", 256) };
    const {
      code,
      stderr,
      story: told,
    } = await settle({
      agents,
      born: BEFORE,
      maxUnavailable: "50%",
      operatorPods: ["op1", "op2"],
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(told, [
      ...LOOKED,
      ...["ask", "ask", "ask", "ask"],
      ...["look at daemonset", "look at daemonset", "restart cilium-cluster1-a cilium-cluster1-c"],
      ...["look at daemonset", "restart cilium-cluster1-d", "look at daemonset"],
      ...["look at deployment", "look at deployment", "restart op1 op2", "look at deployment"],
    ]);
    assert.match(stderr, /agent cilium-cluster1-a on node a runs as default, id 0/);
    assert.match(
      stderr,
      /daemonset\/cilium: 3 pods are restarted, 2 at a time, first cilium-cluster1-a, cilium-cluster1-c/,
    );
  });

  it("restarts one at a time where the DaemonSet says nothing", async () => {
    const { story: told } = await settle({ agents: { a: OTHER, b: OTHER }, born: BEFORE });
    assert.deepEqual(
      told.filter((each) => each.startsWith("restart")),
      ["restart cilium-cluster1-a", "restart cilium-cluster1-b"],
    );
  });

  it("leaves agents alone that do not say what they run with, and goes on", async () => {
    const { code, stderr, story: told } = await settle({ agents: { a: {} }, born: BEFORE });
    assert.equal(code, 0, stderr);
    assert.deepEqual(told.slice(0, 3), [...LOOKED, "ask"]);
    assert.ok(!told.some((each) => each.startsWith("restart")));
  });

  it("sets name and id where Cilium was found as it was installed, with the originals, in one write", async () => {
    const found = { agents: {}, config: UNMESHED, annotation: "", annotations: {}, managedFields: [] };
    const { code, stderr, calls, story: told } = await settle(found);
    assert.equal(code, 0, stderr);
    assert.deepEqual(told.slice(0, 1), ["apply configmaps"]);
    const [, , , body = ""] = calls.find((call) => call[1] === "apply") ?? [];
    const { data, metadata } = JSON.parse(body) as { readonly data: object; readonly metadata: object };
    assert.deepEqual(data, DESIRED);
    assert.deepEqual((metadata as { readonly annotations: object }).annotations, { [MARK_ANNOTATION]: MARK });
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-name, cluster-id set/);
  });

  it("sets again what an interrupted destroy has given back, and rolls", async () => {
    const { code, stderr, calls, story: told } = await settle({ agents: {}, config: UNMESHED, annotation: "leaving" });
    assert.equal(code, 0, stderr);
    assert.deepEqual(told, [
      "apply configmaps",
      ...LOOKED,
      "roll daemonset/cilium deployment/cilium-operator",
      ...[...LOOKED, "look at deployment"],
    ]);
    const [, , url, body = ""] = calls.find((call) => call[1] === "apply") ?? [];
    assert.equal(
      url,
      "/api/v1/namespaces/kube-system/configmaps/cilium-config?fieldManager=cilium-clustermesh&force=true",
    );
    const annotations = { [MARK_ANNOTATION]: MARK };
    const place = { namespace: "kube-system" };
    assert.deepEqual(JSON.parse(body), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "cilium-config", uid: "2", resourceVersion: "1", ...place, annotations },
      data: DESIRED,
    });
    const patches = calls.filter((call) => call.includes("patch"));
    const template = { metadata: { annotations: { "cilium-clustermesh/config": CHECKSUM } } };
    for (const patch of patches) {
      assert.ok(patch.includes("--type=merge") && patch.includes("--field-manager=cilium-clustermesh"));
      assert.deepEqual(JSON.parse(patch.at(-1) ?? ""), { spec: { template } });
    }
  });

  it("sets it again, and asks no agent, where roll-outs are not awaited", async () => {
    const rollOut = { await: false, timeoutSeconds: 5 };
    const { story: told } = await settle({ agents: { a: OTHER }, born: BEFORE, config: UNMESHED }, { rollOut });
    assert.deepEqual(told, ["apply configmaps", ...LOOKED]);
  });

  it("writes the mark again where it alone is gone, with all that is its own", async () => {
    const { story: told, calls } = await settle({ agents: {}, annotations: {} });
    assert.deepEqual(told, ["apply configmaps", ...LOOKED, "look at deployment"]);
    assert.ok(calls.find((call) => call[1] === "apply")?.[3]?.includes(MARK_ANNOTATION));
  });

  it("writes nothing over a value that an installer has set since, and names the installer", async () => {
    const data = { "f:data": { "f:cluster-id": {} } };
    const theirs = [...managedFields, { manager: "helm", operation: "Update", fieldsV1: data }];
    const config = { ...DESIRED, "cluster-id": "7" };
    const { code, stderr, story: told } = await settle({ config, managedFields: theirs });
    assert.equal(code, 1);
    assert.deepEqual(told, []);
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-id "7" was changed since, and belongs to "helm"/);
  });
});
