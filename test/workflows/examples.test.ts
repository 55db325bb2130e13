import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { tools, type Tools } from "../../lab";
import { clustersOf, EXAMPLES } from "../support/examples/exampleFiles";
import { recordedRendering, render, renderedFile } from "../support/examples/rendered";

/** Set, it is written anew what is compared otherwise: after a change of an example's values, or of Cilium's version. */
const isRecording = process.env["RECORD_EXAMPLES"] !== undefined;

describe("the clusters of the examples, as Cilium's own chart makes them", function () {
  this.timeout(120_000);
  let programs: Tools;

  before(async function () {
    this.timeout(0);
    programs = await tools(console.log);
  });

  for (const example of EXAMPLES) {
    for (const cluster of Object.keys(clustersOf(example))) {
      it(`are those that the previews of the unit level have: ${example}, ${cluster}`, async () => {
        const rendered = await render(programs, example, cluster);
        if (isRecording) await writeFile(renderedFile(example, cluster), `${JSON.stringify(rendered)}\n`);
        assert.deepEqual(recordedRendering(example, cluster), rendered);
      });
    }
  }
});
