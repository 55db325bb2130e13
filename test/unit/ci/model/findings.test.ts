import assert from "node:assert/strict";
import { findingsOf } from "../../../../ci/model/findings";
import { summarize } from "../../../../ci/model/summary";
import {
  error,
  formatDiagnostic,
  formatDiagnostics,
  info,
  warning,
  type Diagnostic,
} from "../../../../components/mesh/model/diagnostic";
import { judgePolicies, parsePolicies } from "../../../../components/policyCheck/model/clusterPolicies";
import { unseen, unseenNote } from "../../../../components/preflight/model/unseen";
import { previewed } from "./previewed";

const read = (each: Diagnostic) => findingsOf(each.severity, formatDiagnostic(each));

describe("what the program says in a preview", () => {
  it("is a finding for each problem of a refusal, with its cluster", () => {
    const problems = [
      error({ cluster: 'we"st', property: "id", value: 3, reason: "is also used", fix: "use another" }),
      error({ property: "clusters", reason: "are too many", fix: "take one away" }),
    ];
    const message = `error: ${formatDiagnostics("the mesh of stack staging cannot work", problems)}\n`;
    assert.deepEqual(findingsOf("error", message), [
      { severity: "error", about: "other", cluster: 'we"st', text: "id 3 is also used; use another" },
      { severity: "error", about: "other", text: "clusters are too many; take one away" },
    ]);
  });

  it("is about a policy where a policy changes its meaning, as the policy check says it", () => {
    const byName = (name: string) => ({ matchLabels: { "k8s:io.cilium.k8s.policy.cluster": name } });
    const spec = { endpointSelector: byName("west"), ingress: [{ fromEndpoints: [byName("east")] }] };
    const policy = { kind: "CiliumNetworkPolicy", metadata: { name: "a", namespace: "shop" }, spec };
    const policies = parsePolicies(JSON.stringify({ items: [policy] }));
    const judged = judgePolicies("west", policies, { from: "west", to: "default", peers: ["east"] }, "me");
    assert.ok(judged.length > 0);
    for (const each of judged) {
      const [found] = read(each);
      assert.deepEqual([found?.about, found?.cluster], ["policy", "west"], formatDiagnostic(each));
    }
  });

  it("is about what nobody has looked at, as the preflight says it", () => {
    const [note] = unseenNote([unseen("west", "the agents' folder of peers", "it is hidden")]);
    assert.ok(note !== undefined);
    assert.equal(read(note)[0]?.about, "notLookedAt");
    const of = { cluster: "west", property: "policies", fix: "let it" };
    assert.equal(read(error({ ...of, reason: "cannot be judged: forbidden" }))[0]?.about, "notLookedAt");
    assert.equal(read(warning({ ...of, reason: "with addresses are not judged for x" }))[0]?.about, "notLookedAt");
  });

  it("stands where it belongs: errors with the errors, the others by what they are about", () => {
    const policy = { cluster: "west", property: "CiliumNetworkPolicy shop/a ingress[0]", reason: "stops", fix: "do" };
    const findings = [
      error(policy),
      warning(policy),
      warning({ property: "x", reason: "is odd", fix: "look" }),
      info({ property: "y", reason: "is so", fix: "nothing" }),
    ].flatMap(read);
    const { errors, policies, warnings, infos } = summarize(previewed({ findings }));
    assert.deepEqual(
      [errors, policies, warnings, infos].map((each) => each.length),
      [1, 1, 1, 1],
    );
  });

  it("stays where it belongs whatever names and values in it say", () => {
    const name = "cannot be read, could not compare";
    const [found] = read(warning({ cluster: "west", property: "x", value: name, reason: `is "${name}"`, fix: "look" }));
    assert.equal(found?.about, "other");
  });

  it("is of no cluster, no policy and no agents where another than the program says it", () => {
    const message = 'cluster "west": 48 agents roll, to run with the name and id of the mesh; x';
    assert.deepEqual(findingsOf("info", message, "other"), [{ severity: "info", about: "other", text: message }]);
    assert.equal(findingsOf("warning", "policies cannot be judged", "other")[0]?.about, "other");
  });
});
