import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { caBundle, caHash, certificatesHash } from "../../../components/certificates/model/certificates";
import { type KeyRevisions } from "../../../components/certificates/model/keyRevisions";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { commandInput, runMesh, type MeshRun } from "../support/meshProgram";
import { isWrappedSecret, valueOf } from "../support/pulumiMocks";
import { files, metadata } from "../support/secretData";

const revision = (over: Partial<KeyRevisions>) => ({
  settings: { keyRevisions: { ...DEFAULT_SETTINGS.keyRevisions, ...over } },
});

/** Names of the resources whose inputs or triggers differ. */
function changed(before: MeshRun, after: MeshRun): readonly string[] {
  const seen = new Map(
    before.resources.map((each) => [each.urn, JSON.stringify([each.inputs, each.replacementTrigger])]),
  );
  return after.resources
    .filter((each) => seen.get(each.urn) !== JSON.stringify([each.inputs, each.replacementTrigger]))
    .map(({ name }) => name)
    .sort();
}

const FIRST = "certificate clustermesh-ca-cert";
const SECOND = "certificate clustermesh-ca-2-cert";

describe("components: a new revision of keys", () => {
  it("replaces the keys of its kind under their names, and nothing else by itself", async () => {
    const before = await runMesh();
    for (const [over, key] of [
      [{ client: 2 }, "client-key"],
      [{ server: 2 }, "etcd-server-key"],
    ] as const) {
      const after = await runMesh(revision(over));
      assert.deepEqual(after.urns, before.urns);
      // The Secrets of the peers say what they are made of.
      assert.deepEqual(changed(before, after), [
        `clustermesh-cluster1-${key}`,
        "clustermesh-cluster1-peers",
        `clustermesh-cluster2-${key}`,
        "clustermesh-cluster2-peers",
      ]);
    }
  });

  it("is given to the engine from the first on, for it takes an absent one for no question", async () => {
    const triggers = (await runMesh())
      .all("PrivateKey")
      .map(({ name, replacementTrigger }) => [name, replacementTrigger]);
    assert.deepEqual(triggers.sort(), [
      ["clustermesh-ca-key", undefined],
      ["clustermesh-cluster1-client-key", 1],
      ["clustermesh-cluster1-etcd-server-key", 1],
      ["clustermesh-cluster2-client-key", 1],
      ["clustermesh-cluster2-etcd-server-key", 1],
    ]);
  });
});

describe("components: a second generated CA", () => {
  const both = caBundle([FIRST, SECOND]);
  const signers = (ran: MeshRun) => new Set(ran.all("LocallySignedCert").map(({ inputs }) => inputs["caCertPem"]));
  const peers = (ran: MeshRun) => files(ran.one("v1:Secret", "clustermesh-cluster1-peers"));

  it("is trusted everywhere, and signs nothing", async () => {
    const before = await runMesh();
    const ran = await runMesh(revision({ authority: [1, 2] }));
    assert.deepEqual(
      before.urns.filter((urn) => !ran.urns.includes(urn)),
      [],
    );
    const added = ran.resources.filter(({ urn }) => !before.urns.includes(urn)).map(({ name }) => name);
    assert.deepEqual(added.sort(), ["clustermesh-ca-2-cert", "clustermesh-ca-2-key"]);
    assert.deepEqual(signers(ran), new Set([FIRST]));
    assert.equal(peers(ran)["mesh.ca.crt"], both);
    assert.equal(files(ran.one("v1:Secret", "clustermesh-cluster2-etcd-server"))["ca.crt"], both);
    assert.ok(peers(ran)["cluster2"]?.endsWith(`# ca: ${caHash(both)}\n`));
    const subject = ran.one("SelfSignedCert", "clustermesh-ca-2-cert").inputs["subject"];
    assert.deepEqual(subject, { commonName: "clustermesh Cilium ClusterMesh CA 2" });
  });

  it("signs when it is the first, and what agents watch stays as it was", async () => {
    const [before, ran] = [
      await runMesh(revision({ authority: [1, 2] })),
      await runMesh(revision({ authority: [2, 1] })),
    ];
    assert.deepEqual(ran.urns, before.urns);
    assert.deepEqual(signers(ran), new Set([SECOND]));
    assert.equal(peers(ran)["cluster2"], peers(before)["cluster2"]);
    assert.equal(peers(ran)["mesh.ca.crt"], both);
    for (const { wrapped } of ran.all("LocallySignedCert")) {
      assert.ok(isWrappedSecret((wrapped as Record<string, unknown>)["caPrivateKeyPem"]));
    }
  });

  it("is alone in the end", async () => {
    const ran = await runMesh(revision({ authority: [2] }));
    assert.ok(!ran.resources.some(({ name }) => /^clustermesh-ca-(key|cert)$/.test(name)));
    assert.equal(peers(ran)["mesh.ca.crt"], SECOND);
  });

  it("is written down in the Secret, where the next run reads it", async () => {
    const ran = await runMesh(revision({ client: 3, server: 2, authority: [2, 1] }));
    const { annotations } = metadata(ran.one("v1:Secret", "clustermesh-cluster2-peers"));
    assert.equal(
      annotations?.["cilium-clustermesh/generation"],
      '{"client":3,"server":2,"authorities":{"mesh.ca":{"signs":2,"trusts":[1,2]}}}',
    );
  });

  it("is among the authorities that people read", async () => {
    const { result } = await runMesh(revision({ authority: [2, 1] }));
    const [expires, subject] = ["2027-11-15T12:00:00Z", "CN=clustermesh Cilium ClusterMesh CA"];
    assert.deepEqual(await valueOf(result.authorities), [
      { authority: "mesh.ca", id: 2, subject: `${subject} 2`, expires, signs: true },
      { authority: "mesh.ca", id: 1, subject, expires, signs: false },
    ]);
  });
});

describe("components: CAs that are trusted beside an adopted one", () => {
  it("are in the peers' Secret and in the record, and sign nothing", async () => {
    const { shared, perCluster } = await adoptedCas();
    const trusted = perCluster.authorities["cluster1"]?.certificate as string;
    const signer = shared.authority.certificate as string;
    const ran = await runMesh({
      authority: { kind: "adopted", authority: { ...shared.authority, trusted: [trusted] } },
    });
    const secret = ran.one("v1:Secret", "clustermesh-cluster1-peers");
    assert.equal(files(secret)["mesh.ca.crt"], caBundle([trusted, signer]));
    assert.deepEqual(
      new Set(ran.all("LocallySignedCert").map(({ inputs }) => inputs["caCertPem"])),
      new Set([shared.authority.certificate]),
    );
    const authorities = await valueOf(ran.result.authorities);
    assert.deepEqual(
      authorities.map(({ subject, signs }) => [subject, signs]),
      [
        ["CN=etcd-ca", true],
        ["CN=etcd-ca", false],
      ],
    );
    const record = metadata(secret).annotations?.["cilium-clustermesh/generation"] ?? "";
    assert.ok(authorities.every(({ id }) => record.includes(`"${String(id)}"`)));
  });
});

describe("components: the check and the pings", () => {
  it("run again when any certificate changes, and show no certificate", async () => {
    const ran = await runMesh({ demo: true });
    const inputOf = (name: string) => commandInput(ran.one("command:local:Command", name));
    const { data } = ran.one("v1:Secret", "clustermesh-cluster1-peers").inputs as { data: Record<string, string> };
    const shared = Object.fromEntries(["cluster1", "cluster2", "mesh.ca.crt"].map((file) => [file, data[file]]));
    const issued = ["cluster1", "cluster2"].map((name) =>
      certificatesHash([
        `certificate clustermesh-${name}-client-cert`,
        `certificate clustermesh-${name}-etcd-server-cert`,
      ]),
    );
    const expected = createHash("sha256")
      .update(JSON.stringify([shared, issued]))
      .digest("hex")
      .slice(0, 16);
    assert.equal(inputOf("clustermesh-check")["peersHash"], expected);
    assert.equal(inputOf("clustermesh-cluster1/pings-after")["peersHash"], expected);
  });
});
