import assert from "node:assert/strict";
import { judgeEnding, type Ending, type Renewal } from "../../../../components/certificates/model/expiry";
import { formatDiagnostic } from "../../../../components/mesh/model/diagnostic";
import { NOW } from "../../support/certificates/ca";

const DAY_MS = 86_400_000;

const leaf = (renewBeforeDays: number): Extract<Renewal, { readonly by: "up" }> => ({
  by: "up",
  validity: { days: 365, renewBeforeDays },
});

/** What is said of a client certificate that ends in so many days. */
function judge(days: number, renewal: Renewal, over: Partial<Ending> = {}) {
  const ends = new Date(NOW.getTime() + days * DAY_MS);
  const said = judgeEnding({ cluster: "east", what: "client certificate", ends, renewal, ...over }, NOW);
  return said === undefined ? undefined : `${said.severity}: ${formatDiagnostic(said)}`;
}

describe("model: the end of a certificate", () => {
  it("is not spoken of while it is far", () => {
    assert.equal(judge(61, leaf(60)), undefined);
    assert.equal(judge(31, leaf(5)), undefined);
    assert.equal(judge(31, { by: "person", how: "act" }), undefined);
  });

  it("is an info where this run renews the certificate, and says since when", () => {
    const at = 'info: cluster "east": client certificate ends on';
    assert.equal(judge(60, leaf(60)), `${at} 2027-01-14, in 60 days; this run renews it (due 60 days before its end)`);
    assert.equal(judge(1, leaf(60)), `${at} 2026-11-16, in 1 day; this run renews it (due 60 days before its end)`);
    assert.equal(
      judge(1, { ...leaf(60), then: "and then" }),
      `${at} 2026-11-16, in 1 day; this run renews it (due 60 days before its end); and then`,
    );
  });

  it("is a warning where it has come, though this run renews it", () => {
    assert.equal(
      judge(-1, leaf(0)),
      'warning: cluster "east": client certificate ended on 2026-11-14; this run renews it (due 0 days before its end)',
    );
  });

  it("is a warning from the threshold on where no run renews it yet", () => {
    assert.equal(
      judge(30, leaf(5)),
      'warning: cluster "east": client certificate ends on 2026-12-15, in 30 days; an up from 2026-12-10 on renews it; run one then',
    );
  });

  it("is a warning with what to do where a person renews it", () => {
    assert.equal(
      judge(30, { by: "person", how: "adopt another" }),
      'warning: cluster "east": client certificate ends on 2026-12-15, in 30 days; adopt another',
    );
  });

  it("may be the whole mesh's", () => {
    const ends = new Date(NOW.getTime() + DAY_MS);
    const said = judgeEnding({ what: "CA", ends, renewal: leaf(60) }, NOW);
    assert.ok(said && formatDiagnostic(said).startsWith("mesh: CA ends on"));
  });
});
