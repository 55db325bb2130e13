import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { ciliumConfig, secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { newStack } from "../support/newStack";

/** An id that no cluster of the lab has. */
const NEW_ID = 77;
const WITHOUT_CHECKS = { ...WITHOUT_PREFLIGHT };

describe("a meshed cluster that is to have another name or id", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let all: readonly LabCluster[];
  let rest: readonly LabCluster[];
  let changing: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    ({ stack, clusters: all, untouched } = await newStack("identity", 3));
    rest = all.slice(0, 2);
    changing = all[2] ?? assert.fail("the lab has too few clusters");
    succeeded(await stack.up());
  });

  /** The mesh with the third cluster under a name and with an id. */
  const as = (name: string, id: number, extra: object = {}) =>
    withMember(meshConfig(rest, { ...extra }), name, { ...clusterConfig(changing), id });

  async function refused(config: Readonly<Record<string, unknown>>, run: () => Promise<Run>, line: RegExp) {
    await stack.configure(config);
    const written = await Promise.all(all.map(versions));
    const ended = await run();
    assert.notEqual(ended.code, 0, ended.text);
    assert.match(ended.text, line);
    assert.deepEqual(await Promise.all(all.map(versions)), written);
  }

  const RENAMED =
    /cluster "ocean": live cluster-name "cluster3" is that of a cluster meshed with id 103: a meshed cluster is not renamed; .*1\. remove .* 2\. list it as "ocean"/;
  const RENUMBERED =
    /cluster "cluster3": live cluster-id "103" cannot become 77: the id of a meshed cluster does not change; .*1\. remove .* 2\. list it under a new name with id 77/;

  it("is refused in a preview", async () => {
    await refused(as("ocean", changing.id), () => stack.preview(), RENAMED);
    await refused(as(changing.name, NEW_ID), () => stack.preview(), RENUMBERED);
  });

  it("is refused by up where live checks are off, before anything is written anywhere", async () => {
    await refused(as(changing.name, NEW_ID, WITHOUT_CHECKS), () => stack.up(), RENUMBERED);
    await refused(as("ocean", changing.id, WITHOUT_CHECKS), () => stack.up(), RENAMED);
  });

  it("has both after the two steps that were named", async () => {
    await stack.configure(meshConfig(rest));
    succeeded(await stack.up());
    assert.deepEqual(await snapshot(changing), untouched[2]);
    await stack.configure(as("ocean", NEW_ID));
    succeeded(await stack.up());
    const config = await ciliumConfig(changing);
    assert.deepEqual([config["cluster-name"], config["cluster-id"]], ["ocean", String(NEW_ID)]);
    for (const cluster of rest) {
      const files = await secretFiles(cluster, "cilium-clustermesh");
      assert.ok(files["ocean"] !== undefined && files[changing.name] === undefined, Object.keys(files).join());
    }
  });

  it("is as it was found in the end", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(all.map(snapshot)), untouched);
  });
});
