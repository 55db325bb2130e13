import assert from "node:assert/strict";
import { meshText } from "../../../../look/model/meshText";
import { COLOURS, paintFor, PLAIN } from "../../../../look/model/paint";
import { pairsOf } from "../../../../look/model/pairs";
import { textTable, textWidth } from "../../../../look/model/textTable";
import { pairState } from "../../../../look/model/view";
import { meshOf } from "../../support/look/meshOf";

describe("model: the mesh as text", () => {
  it("has a matrix whose rows see columns, and the reasons below", () => {
    const lines = meshText(meshOf(3, { broken: [["cluster1", "cluster3"]], unseen: [["cluster2", "cluster1"]] })).split(
      "\n",
    );
    const at = lines.findIndex((line) => line.startsWith("readiness"));
    assert.deepEqual(lines.slice(at + 1, at + 7), [
      "            1 2 3",
      "1 cluster1  - + x",
      "2 cluster2  ? - +",
      "3 cluster3  + + -",
      "4 of 6 pairs ready   (+ ready, x not ready, ? not seen)",
      "  cluster1 → cluster3: 0 of 2 ready; not connected: no route to host",
    ]);
  });

  it("is by cluster where a matrix is wider than a terminal, and bounded where everything is wrong", () => {
    const names = meshOf(41).clusters.map(({ name }) => name);
    const broken = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
    const text = meshText(meshOf(41, { broken }));
    assert.match(text, /^cluster1 +40 +0 +40 +0$/m);
    assert.match(text, /… and 1610 more/);
    assert.ok(text.split("\n").length < 250);
  });

  it("says how many days a certificate has, the nearest end first", () => {
    const ends = ["2027-12-01", "2026-11-01", "2026-12-11"];
    const certificates = ends.map((expires) => ({
      cluster: "a",
      what: "tls.crt",
      subject: "CN=a",
      expires: `${expires}T00:00:00Z`,
    }));
    const text = meshText({ ...meshOf(2), certificates });
    assert.deepEqual(
      [...text.matchAll(/^(\S+) +202\d-\d\d-\d\d /gm)].map(([, days]) => days),
      ["ended", "10", "365"],
    );
  });

  it("has colours only where they were asked for, and the same text without them", () => {
    const view = meshOf(3, { broken: [["cluster1", "cluster3"]] });
    const coloured = meshText(view, COLOURS);
    assert.ok(coloured.includes("\u001b[31m"));
    assert.equal(coloured.replace(/\u001b\[\d+m/g, ""), meshText(view));
  });
});

describe("model: colours", () => {
  it("are for terminals without NO_COLOR", () => {
    assert.equal(paintFor(true, {}), COLOURS);
    assert.equal(paintFor(true, { NO_COLOR: "" }), COLOURS);
    assert.equal(paintFor(true, { NO_COLOR: "1" }), PLAIN);
    assert.equal(paintFor(true, { TERM: "dumb" }), PLAIN);
    assert.equal(paintFor(false, {}), PLAIN);
  });
});

describe("model: text tables", () => {
  it("align cells that have wide characters, and escape and cut those of others", () => {
    const lines = textTable(
      ["name", "x"],
      [
        ["日本", "1"],
        ["a\u001b[2Jb", "2"],
        ["c".repeat(500), "3"],
      ],
    );
    assert.equal(textWidth("日本"), 4);
    assert.ok(
      lines.every((line) => textWidth(line) === textWidth(lines[0] ?? "")),
      lines.join("\n"),
    );
    assert.ok(lines[2]?.startsWith("a\\u001b[2Jb "));
    assert.ok((lines[3]?.length ?? 0) < 130);
  });

  it("say that there is nothing", () => {
    assert.deepEqual(textTable(["a"], []), ["(none)"]);
  });
});

describe("model: pairs", () => {
  it("count those that see a peer ready, and have the first reason why one does not", () => {
    const seen = (peer: string, ready: boolean, why = "") => ({ cluster: "a", peer, ready, why });
    const pairs = pairsOf(["a"], ["a", "b", "c", "d"], [seen("b", true), seen("c", true), seen("c", false, "cut")]);
    assert.deepEqual(
      pairs.map((pair) => [pair.to, pair.ready, pair.of, pair.why, pairState(pair)]),
      [
        ["b", 1, 1, "", "ready"],
        ["c", 1, 2, "cut", "notReady"],
        ["d", 0, 0, "", "unseen"],
      ],
    );
  });
});
