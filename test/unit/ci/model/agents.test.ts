import assert from "node:assert/strict";
import { previewComment } from "../../../../ci/model/comment";
import { readDigest } from "../../../../ci/model/digest";
import type { Preview, Step } from "../../../../ci/model/preview";
import { formatDiagnostic, info, warning, type Diagnostic } from "../../../../components/mesh/model/diagnostic";
import { leavingAgents, rollingAgents } from "../../../../components/preflight/model/rollingAgents";
import { ofRollOuts } from "../../../../components/policyCheck/checkPolicies";
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
const rolling = (live: LiveCluster) => rollingAgents([member(1)], new Map([["cluster1", live]]), POLICY.cilium);
const UNKNOWN = "its agents **roll** where they lack its name or id (how many is not known); what changes: `rollout`";

describe("how many agents roll, in a comment", () => {
  it("is what the live checks have counted", () => {
    assert.equal(lineOf(JOINS, rolling(counted(48))), "**joins**; its agents roll (48 agents)");
    assert.equal(lineOf(JOINS, rolling(counted(1))), "**joins**; its agents roll (1 agent)");
    assert.equal(lineOf(STAYS, rolling(counted(48))), "its agents **roll** (48 agents); what changes: `rollout`");
  });

  it("has with it how many times they roll, where there are policies", () => {
    const policies = (rollOuts: "three" | "one") => ofRollOuts("cluster1", { policies: [], unseen: [] }, rollOuts);
    const said = (rollOuts: "three" | "one") => lineOf(JOINS, [policies(rollOuts), ...rolling(counted(48))]);
    assert.equal(said("three"), "**joins**; its agents roll three times (48 agents)");
    assert.equal(said("one"), "**joins**; its agents roll once (48 agents)");
  });

  it("is not known of a cluster that did not answer, or does not say", () => {
    assert.equal(lineOf(STAYS, rolling(SILENT)), UNKNOWN);
    assert.equal(lineOf(STAYS, rolling(counted(undefined))), UNKNOWN.replace(" where they lack its name or id", ""));
    assert.equal(lineOf(JOINS, rolling(SILENT)), `**joins**; ${UNKNOWN.replaceAll("**", "").split(";")[0] ?? ""}`);
  });

  it("is not known on paper, without live checks, and where the preview has failed", () => {
    const off = info({ property: "wait.preflight", value: false, reason: "looks at no live cluster", fix: "x" });
    assert.equal(lineOf(STAYS, [], { onPaper: true }), UNKNOWN);
    assert.equal(lineOf(STAYS, [off]), UNKNOWN);
    assert.equal(lineOf(STAYS, [], { outcome: "failed" }), UNKNOWN);
  });

  it("is none where they were looked at and run with name and id, whatever else changes", () => {
    assert.match(lineOf(STAYS, []), /^is changed, and its agents do not roll for name and id/);
    assert.equal(lineOf(JOINS, []), "**joins**; its agents run with its name and id, and do not roll");
  });

  it("is some of them where others have changed name or id since", () => {
    const said = info({
      ...{ cluster: "cluster1", property: "agents", value: 48 },
      reason: "are restarted where",
      fix: "",
    });
    const wanted = "its agents **roll** where they run with another name or id (of 48 agents); what changes: `rollout`";
    assert.equal(lineOf(STAYS, [said]), wanted);
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

  it("is of no other cluster, and of no other text", () => {
    const other = info({ cluster: "cluster2", property: "agents", value: 7, reason: "roll, to run", fix: "" });
    const long = info({ cluster: "cluster1", property: "agents", value: 12345678, reason: "roll, to run", fix: "" });
    assert.doesNotMatch(lineOf(STAYS, [other]), /7/);
    assert.equal(lineOf(STAYS, [long]), UNKNOWN);
  });
});
