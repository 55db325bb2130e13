import assert from "node:assert/strict";
import { matrixSvg } from "../../../../look/model/svg/matrixSvg";
import { pictures } from "../../../../look/model/svg/pictures";
import { svgText } from "../../../../look/model/svg/svg";
import { topologySvg } from "../../../../look/model/svg/topologySvg";
import { verdictSvg } from "../../../../look/model/svg/verdictSvg";
import { meshOf } from "../../support/look/meshOf";

const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length;
const broken = [["cluster1", "cluster2"]] as const;

describe("model: pictures of a mesh", () => {
  it("are boxes and lines up to six clusters, and a matrix past them", () => {
    assert.equal(count(pictures(meshOf(6))["mesh.svg"] ?? "", /class="line ready"/g), 30);
    const matrix = pictures(meshOf(7))["mesh.svg"] ?? "";
    assert.equal(count(matrix, /class="line/g), 0);
    assert.equal(count(matrix, /<rect class="ready"/g), 42);
  });

  it("show what broke, each way by itself, with its reason", () => {
    for (const svg of [topologySvg(meshOf(3, { broken })), matrixSvg(meshOf(8, { broken }))]) {
      assert.match(svg, /cluster1 → cluster2: 0 of 2 ready; not connected: no route to host/);
      assert.match(svg, /1 not ready/);
    }
    assert.equal(count(topologySvg(meshOf(3, { broken })), /class="line notReady"/g), 1);
    // By a mark as well: colour is not all that tells it; the second is the legend's.
    assert.equal(count(matrixSvg(meshOf(8, { broken })), /class="mark"/g), 2);
  });

  it("are for light and dark by the reader's setting", () => {
    assert.match(topologySvg(meshOf(2)), /@media \(prefers-color-scheme: dark\)/);
  });

  it("of the largest mesh stay small, and still show a broken pair", () => {
    const svg = matrixSvg(meshOf(255, { broken: [["cluster100", "cluster5"]] }));
    assert.ok(svg.length < 100_000, String(svg.length));
    assert.equal(count(svg, /<rect class="notReady"/g), 1);
  });

  it("have nothing of others as markup", () => {
    const evil = `</text><script>alert(1)</script>&"'\u0000`;
    const view = meshOf(2, { broken });
    const named = JSON.parse(
      JSON.stringify(view)
        .replaceAll("cluster2", JSON.stringify(evil).slice(1, -1))
        .replaceAll("no route", JSON.stringify(evil).slice(1, -1)),
    ) as typeof view;
    const verdicts = [
      { client: evil, path: evil, expectedBefore: evil, seenBefore: "x", expectedAfter: "y", seenAfter: evil },
    ];
    for (const svg of [topologySvg(named), matrixSvg(named), verdictSvg(evil, verdicts)]) {
      assert.ok(!svg.includes("<script"));
      assert.ok(!svg.includes("\u0000"));
      // Every tag that opens is one of ours.
      assert.ok(
        [...svg.matchAll(/<\/?([a-zA-Z]+)/g)].every(([, tag]) =>
          ["svg", "title", "style", "rect", "text", "line", "path"].includes(tag ?? ""),
        ),
      );
    }
    assert.equal(svgText("a<b"), "a&#60;b");
  });
});
