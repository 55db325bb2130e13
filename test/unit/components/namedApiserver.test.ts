import assert from "node:assert/strict";
import { apiserverInput } from "../../../components/apiserver/verbs";
import { clusterInput } from "../../../components/cluster/clusterInput";
import { OCCASION_VARIABLE } from "../../../components/command/protocol";
import type { Observed } from "../../../components/mesh/model/observed";
import type { Reads } from "../../../components/mesh/model/publication";
import { commandInput, runMesh, type MeshRun } from "../support/meshProgram";
import { valueOf, type Registered } from "../support/pulumiMocks";

const FOUND = {
  endpoints: ["https://cluster1.mesh.cilium.io:32379"],
  hostAliases: { "cluster1.mesh.cilium.io": ["10.1.1.7"] },
};

/** A mesh whose first cluster publishes through its clustermesh-apiserver. What is in its Secrets is not known yet: as in a preview. */
const meshOf = (identity: "set" | "asInstalled" | undefined, reads: Reads = "direct", more: Observed = {}) =>
  runMesh(
    {
      apiservers: [1],
      specs: { 1: { reads } },
      observed: {
        cluster1: { seenAs: "uid", ...more, found: { ...FOUND, ...(identity === undefined ? {} : { identity }) } },
      },
    },
    true,
  );

const STEM = "clustermesh-cluster1";
const named = (ran: MeshRun, name: string): Registered =>
  ran.resources.find((each) => each.name === name && !each.type.startsWith("clustermesh:")) ??
  assert.fail(`no ${name}`);
const certificates = (ran: MeshRun) => ran.resources.filter(({ name }) => name.includes("-apiserver-"));
const environment = ({ inputs }: Registered) => inputs["environment"] as Readonly<Record<string, string>>;

describe("components: a clustermesh-apiserver whose name is this program's", () => {
  it("has certificates for it before name and id are set, and after its users are there", async () => {
    const ran = await meshOf("set");
    const step = named(ran, `${STEM}-apiserver-certificates`);
    assert.ok(named(ran, `${STEM}-rollout`).dependencies.includes(step.urn));
    for (const first of ["original-config", "remote-users"]) {
      assert.ok(step.dependencies.includes(named(ran, `${STEM}-${first}`).urn), first);
    }
    const { create, update, delete: last } = step.inputs;
    assert.deepEqual([create, update, last], ["writeCertificates", "writeCertificates", "restoreCertificates"]);
  });

  it("has one for its own containers, and one for the agents where these read a cache", async () => {
    const requests = (ran: MeshRun) =>
      certificates(ran)
        .filter(({ type }) => type.endsWith(":CertRequest"))
        .map(({ inputs }) => (inputs["subject"] as { readonly commonName: string }).commonName);
    assert.deepEqual(requests(await meshOf("set")), ["admin-cluster1"]);
    assert.deepEqual(requests(await meshOf("set", "cached")), ["admin-cluster1", "local-cluster1"]);
    const signed = certificates(await meshOf("set")).filter(({ type }) => type.endsWith(":LocallySignedCert"));
    assert.deepEqual(
      signed.map(({ name, inputs }) => [name, inputs["allowedUses"]]),
      [[`${STEM}-apiserver-admin-cert/cluster1`, ["digital_signature", "key_encipherment", "client_auth"]]],
    );
  });

  it("has none where Helm has named it, or nobody has looked; and there nothing rolls", async () => {
    for (const identity of ["asInstalled", undefined] as const) {
      assert.deepEqual(certificates(await meshOf(identity)), []);
    }
  });

  it("tells its steps that it is named, and other clusters' what they were told before", async () => {
    const ran = await runMesh({
      apiservers: [1],
      observed: { cluster1: { seenAs: "uid", found: { ...FOUND, identity: "set" } } },
      specs: { 1: { lost: true } },
    });
    const step = ran.one("Command", `${STEM}-apiserver-certificates`);
    const input = commandInput(step);
    assert.deepEqual(Object.keys(input).sort(), ["cilium", "cluster", "lost", "owner"]);
    assert.ok(apiserverInput.safeParse(input).success);
    assert.ok(!("stdin" in step.inputs));
    assert.equal(commandInput(ran.one("Command", `${STEM}-original-config`))["publishes"], "apiserver");
    assert.ok(!("publishes" in commandInput(ran.one("Command", "clustermesh-cluster2-original-config"))));
  });

  it("stays named in the mesh's record after the cluster is lost", async () => {
    const { result } = await runMesh({
      apiservers: [1],
      observed: { cluster1: { seenAs: "uid", found: { ...FOUND, identity: "set" } } },
      specs: { 1: { lost: true } },
    });
    assert.equal((await valueOf(result.meshedClusters["cluster1"])).identity, "set");
  });

  it("and one that Helm has named are told how it publishes, for they may have to give back what no state knows of", async () => {
    for (const identity of ["set", "asInstalled"] as const) {
      const input = commandInput(named(await meshOf(identity), `${STEM}-original-config`));
      assert.deepEqual(
        [input["publishes"], input["identity"]],
        ["apiserver", identity === "set" ? undefined : identity],
      );
      assert.ok(clusterInput.safeParse(input).success);
    }
  });

  it("looks at them again for drift", async () => {
    const occasion = async (more: Observed) =>
      environment(named(await meshOf("set", "direct", more), `${STEM}-apiserver-certificates`))[OCCASION_VARIABLE];
    assert.equal(await occasion({ drift: "certificates 7" }), "certificates 7");
    assert.equal(await occasion({}), undefined);
  });
});
