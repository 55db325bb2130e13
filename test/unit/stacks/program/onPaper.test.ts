import assert from "node:assert/strict";
import { infos } from "../../../../components/mesh/model/diagnostic";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { checkOnPaper } from "../../../../stacks/program/onPaper";
import { lines } from "../../support/mesh/mesh";
import { clusterConfiguration, clusters, texts } from "../../support/stacks/configuration";

/** What is said beside the errors of a configuration. */
const notes = (values: Readonly<Record<string, unknown>>) =>
  lines(infos(checkOnPaper(readConfiguration(texts(values)), new Date()).diagnostics));

describe("stacks: a configuration on paper", () => {
  const FURTHER = "configuration was checked no further; correct what is said of it, and preview again";

  it("names the clusters of which nothing but their form was checked", () => {
    const cluster3 = clusterConfiguration(3, { id: "3" });
    assert.deepEqual(notes({ clusters: { ...clusters(), cluster3 } }), [`cluster "cluster3": ${FURTHER}`]);
    assert.deepEqual(notes({ clusters: clusters({ unknown: 1 }) }), []);
  });

  it("says so of all of it where nothing can be read", () => {
    assert.deepEqual(notes({}), [`mesh: ${FURTHER}`]);
  });
});
