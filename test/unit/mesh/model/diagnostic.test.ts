import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDiagnostic, formatDiagnostics, error } from "../../../../components/mesh/model/diagnostic";
import { hostile } from "../../support/mesh/arbitraries";

const problem = error({
  cluster: "west",
  property: "id",
  value: 3,
  reason: 'is also used by cluster "east"',
  fix: "give each cluster a unique id from 1 to 255",
});

describe("model: formatDiagnostic", () => {
  it("names cluster, property, value and what is allowed", () => {
    assert.equal(
      formatDiagnostic(problem),
      'cluster "west": id 3 is also used by cluster "east"; give each cluster a unique id from 1 to 255',
    );
  });

  it("names the mesh where it is about no cluster, and no value where there is none to show", () => {
    const about = { property: "clusters", reason: "are missing", fix: "list some" };
    assert.equal(formatDiagnostic(about), "mesh: clusters are missing; list some");
  });

  it("shows values as a person wrote them, and cuts long ones", () => {
    const shown = (value: unknown) => formatDiagnostic({ property: "p", value, reason: "r", fix: "a" });
    assert.equal(shown("x"), 'mesh: p "x" r; a');
    assert.equal(shown(["x"]), 'mesh: p ["x"] r; a');
    assert.equal(shown(null), "mesh: p null r; a");
    assert.equal(shown("y".repeat(500)).length, "mesh: p  r; a".length + 120);
  });

  it("shows no file that was pasted where it does not belong", () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----";
    for (const value of [pem, Buffer.from(pem).toString("base64"), "apiVersion: v1\nusers: [{user: {token: t}}]"]) {
      assert.equal(formatDiagnostic({ property: "p", value, reason: "r", fix: "a" }), "mesh: p (hidden) r; a");
    }
  });

  it("reads as it is written: nothing in it turns round, hides or commands", () => {
    const line = formatDiagnostic({
      ...problem,
      cluster: "\u202ea",
      value: "\u001b[2J\u2028\ufeff",
      reason: "\u{e0001}",
    });
    assert.ok(line.startsWith('cluster "\\u202ea": id "\\u001b[2J\\u2028\\ufeff" \\u{e0001};'), line);
  });

  it("is one line, whatever names and values hold", () => {
    fc.assert(
      fc.property(hostile, hostile, (cluster, value) => {
        assert.ok(!/[\n\r]/.test(formatDiagnostic({ ...problem, cluster, value })));
      }),
    );
  });
});

describe("model: formatDiagnostics", () => {
  it("counts and lists", () => {
    assert.equal(formatDiagnostics("no mesh", [problem]), `no mesh (1 problem):\n  - ${formatDiagnostic(problem)}`);
    assert.ok(formatDiagnostics("no mesh", [problem, problem]).startsWith("no mesh (2 problems):\n  - "));
  });
});
