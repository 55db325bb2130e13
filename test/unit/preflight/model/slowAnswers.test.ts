import assert from "node:assert/strict";
import { slowAnswers, SLOW_SECONDS, type Answered } from "../../../../components/preflight/model/slowAnswers";
import { lines } from "../../support/mesh/mesh";

const QUICK: Answered = { seconds: 0.4, startSeconds: 0.2, failed: [] };

describe("model: clusters that answer slowly", () => {
  const said = (answered: Readonly<Record<string, Answered>>) =>
    lines(slowAnswers(new Map(Object.entries(answered)), 30));

  it("are not mentioned where they are quick enough", () => {
    assert.deepEqual(said({ west: QUICK, east: { ...QUICK, seconds: SLOW_SECONDS, startSeconds: SLOW_SECONDS } }), []);
  });

  it("are named, with their time and the setting", () => {
    assert.deepEqual(said({ west: QUICK, east: { ...QUICK, seconds: 7.4 } }), [
      'cluster "east": API server took 7 s to answer; look at the network and the API server where that stays so; ' +
        "a cluster counts as unreachable after 30 s without an answer (clustermesh:wait.preflight)",
    ]);
  });

  it("are named when they answered to another try only, with what came of those before", () => {
    const failed = ["E1129 a try of kubectl's own\nconnection refused\n", "no answer within 5 s"];
    const [line, ...more] = said({ east: { ...QUICK, seconds: 12, failed } });
    assert.match(
      line ?? "",
      /^cluster "east": API server took 12 s to answer, and answered only when it was asked 3 times \(connection refused, no answer within 5 s\); /,
    );
    assert.deepEqual(more, []);
  });

  it("are told from a machine that is busy itself, of which one line is enough", () => {
    const [line, ...more] = said({ west: { ...QUICK, startSeconds: 6 }, east: { ...QUICK, startSeconds: 9 } });
    assert.match(line ?? "", /^mesh: kubectl took up to 9 s to start; this machine is busy/);
    assert.deepEqual(more, []);
  });
});
