import assert from "node:assert/strict";
import { rolloutChecksum } from "../../../components/cilium/model/agentConfig";
import { MARK_ANNOTATION, markText } from "../../../components/identity/model/mark";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { faults, type Call } from "../../support/kubernetes/stateInMemory";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
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

/** What a call changes, waits for or asks an agent, in a few words. */
function told(call: Call): readonly string[] {
  switch (call.do) {
    case "exec":
      return call.args[1].includes("status") ? ["ask"] : [];
    case "apply":
      return [`apply ${call.args[1].kind}`];
    case "patch":
      return [`roll ${call.args[0].join(" ")}`];
    case "deletePods":
      return [`restart ${call.args[1].join(" ")}`];
    case "object":
      return /^(daemonset|deployment)\//.test(call.args[0]) ? [`look at ${call.args[0].split("/")[0] ?? ""}`] : [];
    default:
      return [];
  }
}

const MARK = markText(recordOf(), MEMBER_INPUT.owner);
const LOOKED = ["look at daemonset", "look at deployment"];

describe("the command that settles a member", () => {
  async function settle(
    given: CiliumCluster,
    over: object = {},
    prepare: (cluster: ClusterInMemory) => void = () => undefined,
  ) {
    const annotations = { [MARK_ANNOTATION]: MARK };
    const well = { config: DESIRED, annotation: CHECKSUM, managedFields, annotations, restarted: MESHED };
    const cluster = ciliumCluster("cluster1", { ...well, ...given });
    prepare(cluster);
    const ended = await runCommand(cluster, "cluster", "rollOut", { ...INPUT, ...over });
    return { ...ended, cluster, story: cluster.calls.flatMap(told) };
  }

  it("writes nothing and asks no agent where all is as it was set and has rolled since", async () => {
    const { code, stderr, story } = await settle({ agents: { a: OTHER }, born: AFTER, operatorPods: ["op"] });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story, [...LOOKED, "look at deployment"]);
  });

  it("restarts older agents that run with another name or id, as many at a time as may be, then the operator", async () => {
    const agents = { a: OTHER, b: MESHED, c: OTHER, d: agent("cluster1", 256) };
    const { code, stderr, story } = await settle({
      agents,
      born: BEFORE,
      maxUnavailable: "50%",
      operatorPods: ["op1", "op2"],
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story, [
      ...LOOKED,
      ...["ask", "ask", "ask", "ask"],
      ...["look at daemonset", "look at daemonset", "restart cilium-cluster1-a cilium-cluster1-c"],
      ...["look at daemonset", "restart cilium-cluster1-d", "look at daemonset"],
      ...["look at deployment", "restart op1 op2", "look at deployment"],
    ]);
    assert.match(stderr, /agent cilium-cluster1-a on node a runs as default, id 0/);
    assert.match(
      stderr,
      /daemonset\/cilium: 3 pods are restarted, 2 at a time, first cilium-cluster1-a, cilium-cluster1-c/,
    );
  });

  it("restarts one at a time where the DaemonSet says nothing", async () => {
    const { story } = await settle({ agents: { a: OTHER, b: OTHER }, born: BEFORE });
    assert.deepEqual(
      story.filter((each) => each.startsWith("restart")),
      ["restart cilium-cluster1-a", "restart cilium-cluster1-b"],
    );
  });

  it("leaves agents alone that do not say what they run with, and goes on", async () => {
    const { code, stderr, story } = await settle({ agents: { a: {} }, born: BEFORE });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story.slice(0, 3), [...LOOKED, "ask"]);
    assert.ok(!story.some((each) => each.startsWith("restart")));
  });

  it("sets name and id where Cilium was found as it was installed, with the originals, in one write", async () => {
    const found = { agents: {}, config: UNMESHED, annotation: "", annotations: {}, managedFields: [] };
    const { code, stderr, cluster, story } = await settle(found);
    assert.equal(code, 0, stderr);
    assert.deepEqual(story.slice(0, 1), ["apply ConfigMap"]);
    const [, applied] = cluster.callsOf("apply")[0] ?? [];
    assert.deepEqual(applied?.["data"], DESIRED);
    assert.deepEqual(applied.metadata["annotations"], { [MARK_ANNOTATION]: MARK });
    assert.deepEqual(cluster.stored("configmap/cilium-config")?.data, DESIRED);
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-name, cluster-id set/);
  });

  it("sets them again where another manager wrote in between, and not for ever", async () => {
    const found = { agents: {}, config: UNMESHED, annotations: {}, managedFields: [] };
    const late = (times: number) => (cluster: ClusterInMemory) => {
      cluster.fail((call) => call.do === "apply", faults.conflict(), times);
    };
    const once = await settle(found, {}, late(1));
    assert.equal(once.code, 0, once.stderr);
    assert.deepEqual(once.cluster.stored("configmap/cilium-config")?.data, DESIRED);
    const always = await settle(found, {}, late(Infinity));
    assert.match(always.stderr, /cluster "cluster1": .*the object has been modified/);
    assert.equal(always.cluster.callsOf("apply").length, 5);
  });

  it("sets again what an interrupted destroy has given back, and rolls; then no pod is left from before", async () => {
    const { code, stderr, cluster, story } = await settle({ agents: {}, config: UNMESHED, annotation: "leaving" });
    assert.equal(code, 0, stderr);
    assert.deepEqual(story, ["apply ConfigMap", "roll daemonset/cilium deployment/cilium-operator", ...LOOKED]);
    const annotations = { [MARK_ANNOTATION]: MARK };
    const place = { namespace: "kube-system" };
    assert.deepEqual(cluster.callsOf("apply"), [
      [
        "cilium-clustermesh",
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "cilium-config", uid: "2", resourceVersion: "1", ...place, annotations },
          data: DESIRED,
        },
      ],
    ]);
    const patch = { spec: { template: { metadata: { annotations: { "cilium-clustermesh/config": CHECKSUM } } } } };
    assert.deepEqual(
      cluster.callsOf("patch").map(([, , each]) => each),
      [{ manager: "cilium-clustermesh", patch }],
    );
  });

  it("sets it again, and asks no agent, where roll-outs are not awaited", async () => {
    const rollOut = { await: false, timeoutSeconds: 5 };
    const { story } = await settle({ agents: { a: OTHER }, born: BEFORE, config: UNMESHED }, { rollOut });
    assert.deepEqual(story, ["apply ConfigMap", ...LOOKED]);
  });

  it("writes the mark again where it alone is gone, with all that is its own", async () => {
    const { story, cluster } = await settle({ agents: {}, annotations: {} });
    assert.deepEqual(story, ["apply ConfigMap", ...LOOKED, "look at deployment"]);
    assert.ok(JSON.stringify(cluster.callsOf("apply")).includes(MARK_ANNOTATION));
  });

  it("replaces pods of a clustermesh-apiserver from before its name or its certificates, once agents and operator run, and no others", async () => {
    const publishes = { publishes: "apiserver" };
    const given = { agents: {}, caches: { "api-1": { status: [] } } };
    const apiserver = ({ story }: { readonly story: readonly string[] }) =>
      story.filter((each) => each.startsWith("restart api"));
    const time = (at: string) => managedFields.map((each) => ({ ...each, time: at }));
    const [LATE, EARLY] = ["2099-11-24T09:00:00Z", "2020-11-24T09:00:00Z"];
    const named = await settle({ ...given, managedFields: time(LATE) }, publishes);
    assert.equal(named.code, 0, named.stderr);
    assert.deepEqual(apiserver(named), ["restart api-1"]);
    assert.equal(named.story.at(-1), "restart api-1");
    assert.match(named.stderr, /cluster "cluster1": replacing api-1, to run with its name and certificates/);
    assert.deepEqual(apiserver(await settle({ ...given, managedFields: time(EARLY) }, publishes)), []);
    const secret = {
      kind: "Secret",
      metadata: {
        ...{ name: "clustermesh-apiserver-local-cert", namespace: "kube-system", uid: "local" },
        managedFields: [{ manager: "helm", operation: "Update", time: LATE }],
      },
    };
    const certificates = { ...given, managedFields: time(EARLY), others: [secret] };
    assert.deepEqual(apiserver(await settle(certificates, publishes)), ["restart api-1"]);
    assert.deepEqual(apiserver(await settle({ ...given, managedFields: time(LATE) })), []);
    const asInstalled = await settle({ ...given, managedFields: time(LATE) }, { identity: "asInstalled" });
    assert.deepEqual(apiserver(asInstalled), []);
    const rollOut = { await: false, timeoutSeconds: 5 };
    const notAwaited = await settle({ ...given, managedFields: time(LATE) }, { ...publishes, rollOut });
    assert.deepEqual(apiserver(notAwaited), ["restart api-1"]);
  });

  it("writes nothing over a value that an installer has set since, and names the installer", async () => {
    const data = { "f:data": { "f:cluster-id": {} } };
    const theirs = [...managedFields, { manager: "helm", operation: "Update", fieldsV1: data }];
    const config = { ...DESIRED, "cluster-id": "7" };
    const { code, stderr, story } = await settle({ config, managedFields: theirs });
    assert.equal(code, 1);
    assert.deepEqual(story, []);
    assert.match(stderr, /cluster "cluster1": cilium-config cluster-id "7" was changed since, and belongs to "helm"/);
  });
});
