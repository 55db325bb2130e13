import assert from "node:assert/strict";
import type { Identity } from "../../../components/mesh/model/publication";
import { permissionsOf } from "../../../components/preflight/lackingPermissions";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { liveCluster } from "../support/preflight/live";

describe("preflight: what a cluster's user has to be allowed", () => {
  const kubectl = scriptedKubectl();

  /** The resources that a user lacks who is allowed nothing of Cilium's own kinds. */
  async function lacking(identity: Identity | undefined, writes: boolean): Promise<string> {
    kubectl.script(`const { items } = JSON.parse(fs.readFileSync(0, "utf8"));
      const isAllowed = ({ spec }) => !/^cilium(identities|endpoints)$/.test(spec.resourceAttributes.resource);
      process.stdout.write(items.map((each) => isAllowed(each) + "\\n").join(""));`);
    const asked = { name: "west", access: { kind: "context", context: "c" }, managedObjects: [] } as const;
    const clusters = [{ ...asked, publication: "asked", ...(identity === undefined ? {} : { identity }) }] as const;
    const live = new Map([["west", liveCluster()]]);
    const { missing, unknown } = await permissionsOf(clusters, live, DEFAULT_SETTINGS, writes, 5);
    assert.deepEqual(unknown, []);
    return (missing.get("west") ?? []).map(({ property }) => property).join();
  }

  it("is more where this program sets the name of a clustermesh-apiserver, and writes", async () => {
    assert.equal(await lacking("set", true), "ciliumidentities.cilium.io,ciliumendpoints.cilium.io");
    for (const identity of ["asInstalled", undefined] as const) assert.equal(await lacking(identity, true), "");
    assert.equal(await lacking("set", false), "");
  });
});
