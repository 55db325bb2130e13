import assert from "node:assert/strict";
import { SHARED_AUTHORITY } from "../../../../components/certificates/model/certificates";
import { formatRecord, ISSUE_RECORD_ANNOTATION, trustOf } from "../../../../components/certificates/model/keyRevisions";
import { judgeRotation, type RotationPolicy } from "../../../../components/preflight/model/judgeRotation";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { mintCA, NOW } from "../../support/certificates/ca";
import { bySeverity, lines } from "../../support/mesh/mesh";
import { liveCluster, type LiveObject } from "../../support/preflight/live";

const DAY_MS = 86_400_000;
const MEMBERS = ["cluster1", "cluster2"];

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A certificate that ends in so many days. */
const ending = async (days: number, subject: string) =>
  (await mintCA({ subject, notAfter: new Date(NOW.getTime() + days * DAY_MS) })).certificate;

function secret(name: string, files: Readonly<Record<string, string>>, annotations: object = {}): LiveObject {
  const data = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, base64(text)]));
  return { kind: "Secret", metadata: { name, namespace: "kube-system", uid: "u", annotations }, data };
}

const TRUST = { [SHARED_AUTHORITY]: trustOf(1, [1]) };
const POLICY: RotationPolicy = {
  peerSecret: "cilium-clustermesh",
  authorities: [SHARED_AUTHORITY],
  generated: true,
  certificates: DEFAULT_SETTINGS.certificates,
  keyRevisions: { client: 1, server: 1, authority: [1] },
  wanted: { record: { client: 1, server: 1, authorities: TRUST }, authority: "generated" },
};

const recordedAs = (client: number) => ({
  [ISSUE_RECORD_ANNOTATION]: formatRecord({ client, server: 1, authorities: TRUST }),
});

/** What is said where every cluster has these Secrets. */
function judge(claimed: readonly LiveObject[], over: Partial<RotationPolicy> = {}) {
  const live = new Map(MEMBERS.map((name) => [name, liveCluster({ uid: name, claimed })]));
  const { problems, warnings, notes } = bySeverity(judgeRotation(MEMBERS, live, { ...POLICY, ...over }, NOW));
  return { problems: lines(problems), warnings: lines(warnings), notes: lines(notes) };
}

describe("preflight: the certificates of live clusters", () => {
  it("are not spoken of while they are good, nor where there are none", async () => {
    const peers = secret("cilium-clustermesh", {
      "mesh.client.crt": await ending(200, "CN=remote-cluster1"),
      "mesh.ca.crt": await ending(900, "CN=ca"),
    });
    const server = secret("clustermesh-etcd-server", { "tls.crt": await ending(200, "CN=server") });
    for (const claimed of [[peers, server], []]) {
      assert.deepEqual(judge(claimed), { problems: [], warnings: [], notes: [] });
    }
  });

  it("that this run renews are notes: a line for each cluster, and one for the CA of all", async () => {
    const peers = secret("cilium-clustermesh", {
      "mesh.client.crt": await ending(50, "CN=remote-cluster1"),
      "mesh.ca.crt": `${await ending(100, "CN=first")}${await ending(900, "CN=second")}`,
    });
    const server = secret("clustermesh-etcd-server", { "tls.crt": await ending(55, "CN=server") });
    const { notes, warnings } = judge([peers, server]);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      notes.map((line) => line.replace(/\); .*/, ")")),
      [
        'cluster "cluster1": client certificate ends on 2027-01-04, in 50 days; this run renews it (due 60 days before its end)',
        'cluster "cluster1": etcd server certificate ends on 2027-01-09, in 55 days; this run renews it (due 60 days before its end)',
        'mesh: CA certificate "CN=first" ends on 2027-02-23, in 100 days; this run renews it (due 120 days before its end)',
        'cluster "cluster2": client certificate ends on 2027-01-04, in 50 days; this run renews it (due 60 days before its end)',
        'cluster "cluster2": etcd server certificate ends on 2027-01-09, in 55 days; this run renews it (due 60 days before its end)',
      ],
    );
    assert.match(notes[2] ?? "", /restart every etcd before that day/);
  });

  it("are renewed elsewhere, where another stack has the CA: then a person has to see to it", async () => {
    const peers = secret("cilium-clustermesh", { "mesh.ca.crt": await ending(29, "CN=ca") });
    const { notes, warnings } = judge([peers], { authorityRenewal: { by: "person", how: "up there" } });
    assert.deepEqual(notes, []);
    assert.deepEqual(warnings, ['mesh: CA certificate "CN=ca" ends on 2026-12-14, in 29 days; up there']);
  });

  it("of the other etcds' own CAs name the etcd, and adopted CAs are left to the configuration", async () => {
    const peers = secret("cilium-clustermesh", {
      "mesh-cluster2.client.crt": await ending(10, "CN=remote-cluster1"),
      "mesh-cluster2.ca.crt": await ending(10, "CN=ca"),
      "west.etcd-client.crt": await ending(1, "CN=of another"),
    });
    const certificates = { ...DEFAULT_SETTINGS.certificates, leafDays: 15 };
    const { warnings, notes } = judge([peers], { authorities: MEMBERS, generated: false, certificates });
    assert.deepEqual(notes, []);
    assert.deepEqual(
      warnings.map((line) => line.split(";")[0]),
      MEMBERS.map(
        (name) => `cluster "${name}": client certificate for the etcd of "cluster2" ends on 2026-11-25, in 10 days`,
      ),
    );
  });

  it("come without their keys", async () => {
    const { certificate, privateKey } = await mintCA();
    const { existingObjects: occupied } = liveCluster({
      claimed: [secret("cilium-clustermesh", { "mesh.client.crt": certificate, "mesh.client.key": privateKey })],
    });
    assert.deepEqual(occupied[0]?.certificates, { "mesh.client.crt": certificate });
    assert.ok(!JSON.stringify(occupied).includes(base64(privateKey).slice(100, 140)));
  });

  it("that cannot be read are left out", () => {
    assert.deepEqual(
      judge([secret("cilium-clustermesh", { "mesh.client.crt": "no PEM" }, recordedAs(1))]).warnings,
      [],
    );
  });

  it("are judged by the record of their Secret", () => {
    const peers = (annotations: object) => [secret("cilium-clustermesh", { "mesh.client.crt": "" }, annotations)];
    assert.equal(judge(peers(recordedAs(4))).notes.length, 2);
    const keyRevisions = { client: 2, server: 1, authority: [1] };
    assert.equal(judge(peers({}), { keyRevisions }).problems.length, 1);
    assert.equal(judge(peers({ [ISSUE_RECORD_ANNOTATION]: "nonsense" }), { keyRevisions }).problems.length, 1);
    assert.deepEqual(judge(peers(recordedAs(1)), { keyRevisions }).problems, []);
  });
});
