import assert from "node:assert/strict";
import { findingsOf } from "../../../../ci/model/findings";
import { withoutClusters } from "../../../../ci/model/paper";

const ASKED = "is not written down, and no live cluster is asked (wait.preflight); write it down";

/** What is made of a preview on paper that was refused with these lines. */
const refused = (...lines: readonly string[]) =>
  withoutClusters({
    outcome: "failed" as const,
    findings: findingsOf(
      "error",
      `error: the mesh of stack s cannot work (9 problems):\n${lines.map((line) => `  - ${line}`).join("\n")}`,
    ),
  });

describe("ci: a preview on paper", () => {
  it("does not fail for what is asked of live clusters: nobody has looked at it", () => {
    const { outcome, findings } = refused(
      `cluster "west": reads ${ASKED}`,
      `cluster "west": apiserver.endpoints ${ASKED}`,
    );
    assert.equal(outcome, "skipped");
    assert.deepEqual(findings, [
      {
        severity: "info",
        about: "notLookedAt",
        cluster: "west",
        text: "reads, apiserver.endpoints: asked of the cluster, and on paper nobody asks",
      },
    ]);
  });

  it("fails for everything else that is wrong", () => {
    const { outcome, findings } = refused(
      `cluster "west": reads ${ASKED}`,
      'cluster "west": id 0 means that a cluster is in no mesh; use 1',
    );
    assert.equal(outcome, "failed");
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ["error", "info"],
    );
  });

  it("takes nobody's words for these", () => {
    const forged = refused(`cluster "west": live name "reads ${ASKED}" is another`);
    assert.equal(forged.outcome, "failed");
    const { outcome } = withoutClusters({ outcome: "failed", findings: findingsOf("error", "pulumi cannot log in") });
    assert.equal(outcome, "failed");
  });
});
