import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblem, formatProblems, type Problem } from "../../../components/model/problem";
import { hostile } from "../support/arbitraries";

const problem: Problem = {
  cluster: "west",
  property: "id",
  value: 3,
  reason: 'is also used by cluster "east"',
  allowed: "give each cluster a unique id from 1 to 255",
};

describe("model: formatProblem", () => {
  it("names cluster, property, value and what is allowed", () => {
    assert.equal(
      formatProblem(problem),
      'cluster "west": id 3 is also used by cluster "east"; give each cluster a unique id from 1 to 255',
    );
  });

  it("names the mesh where it is about no cluster, and no value where there is none to show", () => {
    const about = { property: "clusters", reason: "are missing", allowed: "list some" };
    assert.equal(formatProblem(about), "mesh: clusters are missing; list some");
  });

  it("shows values as a person wrote them, and cuts long ones", () => {
    const shown = (value: unknown) => formatProblem({ property: "p", value, reason: "r", allowed: "a" });
    assert.equal(shown("x"), 'mesh: p "x" r; a');
    assert.equal(shown(["x"]), 'mesh: p ["x"] r; a');
    assert.equal(shown(null), "mesh: p null r; a");
    assert.equal(shown("y".repeat(500)).length, "mesh: p  r; a".length + 120);
  });

  it("is one line, whatever names and values hold", () => {
    fc.assert(
      fc.property(hostile, hostile, (cluster, value) => {
        assert.ok(!/[\n\r]/.test(formatProblem({ ...problem, cluster, value })));
      }),
    );
  });
});

describe("model: formatProblems", () => {
  it("counts and lists", () => {
    assert.equal(formatProblems("no mesh", [problem]), `no mesh (1 problem):\n  - ${formatProblem(problem)}`);
    assert.ok(formatProblems("no mesh", [problem, problem]).startsWith("no mesh (2 problems):\n  - "));
  });
});
