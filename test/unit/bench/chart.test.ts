import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costChart } from "../../bench/report/chart";
import type { Results } from "../../bench/results";

const FOLDER = join(__dirname, "..", "..", "..", "docs", "bench");
const { rows } = JSON.parse(readFileSync(join(FOLDER, "results.json"), "utf8")) as Results;

describe("bench: the cost chart", () => {
  it("has a title and a name for each axis", () => {
    const svg = costChart(rows);
    assert.match(svg, /<title>Wall and CPU time of operations by the size of the mesh<\/title>/);
    assert.match(svg, /class="title"[^>]*>Wall and CPU time/);
    assert.match(svg, /class="axis"[^>]*>clusters in the mesh \(logarithmic\)</);
    assert.match(svg, /class="axis"[^>]*rotate\(-90\)[^>]*>seconds \(logarithmic\)</);
  });

  it("is the one in the documents, as it is rendered from the results there", () => {
    assert.equal(readFileSync(join(FOLDER, "cost.svg"), "utf8"), costChart(rows));
  });
});
