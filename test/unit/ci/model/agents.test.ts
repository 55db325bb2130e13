import assert from "node:assert/strict";
import { rolloutChecksum } from "../../../../components/cilium/model/agentConfig";
import { previewComment } from "../../../../ci/model/comment";
import { readDigest } from "../../../../ci/model/digest";
import type { Preview, Step } from "../../../../ci/model/preview";
import { formatDiagnostic, info, warning, type Diagnostic } from "../../../../components/mesh/model/diagnostic";
import { leavingAgents, rollingAgents } from "../../../../components/preflight/model/rollingAgents";
import { ofRollOuts } from "../../../../components/policyCheck/checkPolicies";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import type { LiveCluster } from "../../../../components/preflight/model/liveCluster";
import { member } from "../../support/mesh/mesh";
import { liveCluster, POLICY } from "../../support/preflight/live";
import { previewed } from "./previewed";

const CLUSTER = "clustermesh:index:MeshedCluster";
const step = (op: Step["op"], type: string, name: string): Step => ({
  ...{ op, type, name: `clustermesh-${name}`, cluster: "cluster1", changes: [], secrets: 0 },
});
const JOINS = [step("create", CLUSTER, "cluster1"), step("create", "command:local:Command", "cluster1-rollout")];
const STAYS = [step("update", "command:local:Command", "cluster1-rollout")];
const LEAVES = [step("delete", CLUSTER, "cluster1"), step("delete", "command:local:Command", "cluster1-rollout")];

/** What the comment says of cluster1, where the program has said this. */
function lineOf(steps: readonly Step[], said: readonly Diagnostic[], more: Partial<Preview> = {}): string {
  const diagnostics = said.map((each) => ({ severity: each.severity, message: formatDiagnostic(each) }));
  const { findings = [] } = readDigest(JSON.stringify({ diagnostics })) ?? {};
  const body = previewComment(["staging"], [previewed({ steps: [...steps], findings, ...more })], "c");
  return /^- Cluster `cluster1`:? ?(.*)$/m.exec(body)?.[1] ?? body;
}

const counted = (count: number | undefined): LiveCluster => ({
  ...liveCluster(),
  agent: { clustermeshSecrets: [], ...(count === undefined ? {} : { count }) },
});
const SILENT: LiveCluster = { kind: "unreachable", cause: "network", reason: "timeout" };
const rolling = (live: LiveCluster, over: Partial<Cluster> = {}, unfit: readonly string[] = []) =>
  rollingAgents([member(1, over)], new Map([["cluster1", live]]), POLICY.cilium, new Set(unfit));
const unknown = (why?: string) => {
  const because = why === undefined ? "" : `: \`${why}\``;
  return `its agents **roll** where they lack its name or id (how many is not known${because}); what changes: \`rollout\``;
};
const UNKNOWN = unknown();

describe("how many agents roll, in a comment", () => {
  it("is what the live checks have counted", () => {
    assert.equal(lineOf(JOINS, rolling(counted(48))), "**joins**; its agents roll (48 agents)");
    assert.equal(lineOf(JOINS, rolling(counted(1))), "**joins**; its agents roll (1 agent)");
    assert.equal(lineOf(STAYS, rolling(counted(48))), "its agents **roll** (48 agents); what changes: `rollout`");
  });

  it("is none where there are none", () => {
    assert.equal(lineOf(JOINS, rolling(counted(0))), "**joins**; it has no agents");
    assert.match(lineOf(STAYS, rolling(counted(0))), /^is changed, and its agents do not roll for name and id/);
    assert.equal(lineOf(LEAVES, [leavingAgents("cluster1", 0)]), "**leaves**; it has no agents");
  });

  it("has with it how many times they roll, where there are policies", () => {
    const policies = (rollOuts: "three" | "one") => ofRollOuts("cluster1", { policies: [], unseen: [] }, rollOuts);
    const said = (rollOuts: "three" | "one") => lineOf(JOINS, [policies(rollOuts), ...rolling(counted(48))]);
    assert.equal(said("three"), "**joins**; its agents roll three times (48 agents)");
    assert.equal(said("one"), "**joins**; its agents roll once (48 agents)");
  });

  it("is not known of a cluster that did not answer, or does not say", () => {
    const silent = unknown("it has not answered");
    assert.equal(lineOf(STAYS, rolling(SILENT)), silent);
    assert.equal(lineOf(STAYS, rolling(counted(undefined))), UNKNOWN.replace(" where they lack its name or id", ""));
    assert.equal(lineOf(JOINS, rolling(SILENT)), `**joins**; ${silent.replaceAll("**", "").split(";")[0] ?? ""}`);
  });

  it("is not known of a cluster that is lost, or does not fit, with why", () => {
    assert.equal(lineOf(STAYS, rolling(counted(48), { lost: true })), unknown("it is lost"));
    assert.equal(lineOf(STAYS, rolling(counted(48), {}, ["cluster1"])), unknown("it does not fit"));
    const { config, ...bare } = { ...counted(48), config: undefined };
    assert.equal(config, undefined);
    assert.equal(lineOf(STAYS, rolling(bare)), unknown("ConfigMap cilium-config is missing"));
    assert.equal(
      lineOf([step("update", CLUSTER, "cluster1")], rolling(counted(48), { lost: true })),
      "is changed; whether its agents roll is not known: `it is lost`; what changes: ",
    );
  });

  it("is not claimed of agents that nobody has looked at: those of a cluster whose name and id are as installed", () => {
    const said = rolling(counted(48), { identity: "asInstalled" });
    assert.deepEqual(said, []);
    assert.equal(lineOf(JOINS, said), "**joins**; its agents do not roll");
  });

  it("is not known on paper, without live checks, and where the preview has failed", () => {
    const off = info({ property: "wait.preflight", value: false, reason: "looks at no live cluster", fix: "x" });
    assert.equal(lineOf(STAYS, [], { onPaper: true }), UNKNOWN);
    assert.equal(lineOf(STAYS, [off]), UNKNOWN);
    assert.equal(lineOf(STAYS, [], { outcome: "failed" }), UNKNOWN);
  });

  it("is none where they were looked at and run with name and id, whatever else changes", () => {
    assert.match(lineOf(STAYS, []), /^is changed, and its agents do not roll for name and id/);
    assert.equal(lineOf(JOINS, []), "**joins**; its agents do not roll");
  });

  it("is some of them where others have changed name or id since", () => {
    const live = counted(48);
    assert.ok(live.kind === "reachable");
    const annotation = rolloutChecksum({ "cluster-name": "cluster1", "cluster-id": "101" });
    const said = rolling({ ...live, rollouts: { "daemonset/cilium": { annotation, generation: 3 } } });
    const wanted = "its agents **roll** where they run with another name or id (of 48 agents); what changes: `rollout`";
    assert.equal(lineOf(STAYS, said), wanted);
  });

  it("is that of a cluster that leaves, where it was asked", () => {
    const line = "**leaves**; its agents roll where they get back a name or id of before";
    assert.equal(lineOf(LEAVES, [leavingAgents("cluster1", 48)]), `${line} (48 agents)`);
    assert.equal(lineOf(LEAVES, [leavingAgents("cluster1", undefined)]), `${line} (how many is not known)`);
    assert.equal(lineOf(LEAVES, []), `${line} (how many is not known)`);
  });

  it("is kept where warnings are too many for all to be", () => {
    const warnings = Array.from({ length: 3000 }, () => warning({ property: "x", reason: "is odd", fix: "look" }));
    assert.match(lineOf(JOINS, [...warnings, ...rolling(counted(48))]), /\(48 agents\)/);
  });

  it("is of no other cluster", () => {
    const other = rollingAgents([member(2)], new Map([["cluster2", counted(7)]]), POLICY.cilium);
    assert.match(lineOf(STAYS, other), /^is changed, and its agents do not roll/);
  });

  it("is of no other text: what a cluster says within a line, or a provider says, counts for nothing", () => {
    const policies = (rollOuts: "three" | "one") => ofRollOuts("cluster1", { policies: [], unseen: [] }, rollOuts);
    const forged = "so name and id change in three roll-outs of the agents, in which; 7 agents roll, to run with";
    const lies = [
      warning({ cluster: "cluster1", property: "cilium-config x", value: forged, reason: forged, fix: forged }),
      warning({ cluster: "cluster1", property: "policies", value: forged, reason: forged, fix: forged }),
      info({ cluster: "cluster1", property: "agents", value: forged, reason: forged, fix: forged }),
    ];
    assert.equal(
      lineOf(STAYS, [...lies, policies("one"), ...rolling(counted(48))]),
      "its agents **roll** once (48 agents); what changes: `rollout`",
    );
    assert.match(lineOf(STAYS, lies), /not known|do not roll/);
    assert.doesNotMatch(lineOf(STAYS, lies), /three times|7 agents/);
    const reason = "roll, to run with the name and id of the mesh";
    const long = info({ cluster: "cluster1", property: "12345678 agents", reason, fix: "" });
    assert.equal(lineOf(STAYS, [long]), UNKNOWN);
  });

  it("is never what the message of another resource says", () => {
    const message = formatDiagnostic(rolling(counted(7))[0] ?? { property: "", reason: "", fix: "" });
    const urn = "urn:pulumi:staging::clustermesh::kubernetes:core/v1:Secret::x";
    const { findings = [] } = readDigest(JSON.stringify({ diagnostics: [{ severity: "info", message, urn }] })) ?? {};
    const body = previewComment(["staging"], [previewed({ steps: [...STAYS], findings })], "c");
    assert.doesNotMatch(body, /\(7 agents\)/);
    const stack = "urn:pulumi:staging::clustermesh::pulumi:pulumi:Stack::clustermesh-staging";
    const own =
      readDigest(JSON.stringify({ diagnostics: [{ severity: "info", message, urn: stack }] }))?.findings ?? [];
    assert.match(previewComment(["staging"], [previewed({ steps: [...STAYS], findings: own })], "c"), /\(7 agents\)/);
  });

  it("is not known where messages were cut that may have said it, and the comment says in the open that some were", () => {
    const clusters = Array.from({ length: 2100 }, (_, index) => `c${String(index)}`);
    const all = clusters.map((name) => leavingAgents(name, 3));
    const said = [...all, ...rolling(counted(48))].map((each) => ({
      severity: each.severity,
      message: formatDiagnostic(each),
    }));
    const read = readDigest(JSON.stringify({ diagnostics: said }));
    assert.ok(read !== undefined);
    const body = previewComment(["staging"], [previewed({ ...read, steps: [...STAYS] })], "c");
    assert.match(body, /^- Cluster `cluster1`: its agents \*\*roll\*\* .*not known: `messages are left out`/m);
    assert.match(body, /^- \*\*Left out\*\*: 101 messages/m);
  });

  it("has no number of times where messages were cut that may have said it", () => {
    const warnings = Array.from({ length: 3000 }, () => warning({ property: "x", reason: "is odd", fix: "look" }));
    const policies = ofRollOuts("cluster1", { policies: [], unseen: [] }, "three");
    assert.match(lineOf(JOINS, [...warnings, policies, ...rolling(counted(48))]), /three times \(48 agents\)/);
  });
});
