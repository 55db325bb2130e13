import assert from "node:assert/strict";
import { readConfigMap } from "../../../components/cilium/configMap";
import { MARK_ANNOTATION, markText } from "../../../components/identity/model/mark";
import { relinquish } from "../../../components/identity/relinquish";
import type { AppliedObject } from "../../../components/kubernetes/clusterApi";
import { WriteConflict } from "../../../components/kubernetes/kubectlError";
import { FIELD_MANAGER } from "../../../components/kubernetes/model/ownership";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import { saidWhile } from "../support/cilium/rollingCluster";
import { recordOf } from "../support/record";

const { cilium } = DEFAULT_SETTINGS;
const place = { name: "cilium-config", namespace: "kube-system" };
const bearing = (owner: string): AppliedObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...place, annotations: { [MARK_ANNOTATION]: markText(recordOf(), owner) } },
});

/** A cluster that another stack meshes at the moment of the first write. */
class TakenOver extends ClusterInMemory {
  private isTaken = false;

  override async apply(manager: string, object: AppliedObject): Promise<void> {
    if (object.metadata["resourceVersion"] !== undefined && !this.isTaken) {
      this.isTaken = true;
      await super.apply(manager, bearing("theirs"));
      throw new WriteConflict("the object has been modified");
    }
    return super.apply(manager, object);
  }
}

describe("what this project owns of cilium-config", () => {
  const CONFIG = { kind: "ConfigMap", metadata: { ...place, uid: "2", resourceVersion: "1" }, data: {} };

  async function given(cluster: ClusterInMemory) {
    await cluster.apply(FIELD_MANAGER, bearing("ours"));
    const first = await readConfigMap(cluster, cilium);
    const { result, lines } = await saidWhile(() =>
      relinquish(cluster, { cluster: "west", cilium, owner: "ours" }, first),
    );
    return { mark: result?.annotations[MARK_ANNOTATION], lines };
  }

  it("is given up, with its mark", async () => {
    assert.deepEqual(await given(new ClusterInMemory([CONFIG])), { mark: undefined, lines: [] });
  });

  it("is left where another stack has it by then", async () => {
    const { mark, lines } = await given(new TakenOver([CONFIG]));
    assert.equal(mark, markText(recordOf(), "theirs"));
    assert.match(lines.join(), /belongs to stack "theirs" by now, and is left to it/);
  });
});
