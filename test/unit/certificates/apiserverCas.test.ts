import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { validateDescription } from "../../../components";
import { apiserverCasOf, withPublishedCas } from "../../../components/certificates/apiserverCas";
import { caKeyId, SHARED_AUTHORITY } from "../../../components/certificates/model/certificates";
import { knownMesh } from "../../../components/knownDescription";
import { lines as formatted } from "../support/mesh/mesh";
import { warnings } from "../../../components/mesh/model/diagnostic";
import { membersOf } from "../../../components/preflight/knownMesh";
import { unsafeSteps } from "../../../components/preflight/model/rotation";
import { unseen } from "../../../components/preflight/observed";
import {
  adoptedEndings,
  rotationPolicy,
  shortenedLeaves,
  wantedTrust,
  weakCas,
} from "../../../components/preflight/rotation";
import { editorSchema } from "../../../build/reference/editorSchema";
import { mintCA, NOW, type CA } from "../support/certificates/ca";
import { heads } from "../support/mesh/mesh";
import { clusterConfiguration, complaints, configuration } from "../support/stacks/configuration";
import { omit } from "../support/omit";
import { run } from "../support/pulumiMocks";

const DAY = 86_400_000;
const ending = (days: number) => mintCA({ notAfter: new Date(NOW.getTime() + days * DAY) });

/** The first cluster without an etcd, with this of its clustermesh-apiserver, and one in kvstore mode. */
const clusters = (apiserver: unknown) => ({
  cluster1: { ...omit(clusterConfiguration(1) as { etcd: unknown }, "etcd"), apiserver },
  cluster2: clusterConfiguration(2),
});
const read = (apiserver: unknown, values: object = {}) => configuration({ clusters: clusters(apiserver), ...values });

describe("the CA of a clustermesh-apiserver in the configuration", () => {
  it("is validated on paper as other CAs are, by whatever authority the mesh has", async () => {
    const [ca, other] = await Promise.all([mintCA(), mintCA()]);
    const problems = (given: object) => {
      const mesh = read({ ca: given, endpoints: ["https://west.example:2379"] });
      return heads(validateDescription(mesh, ["cluster1", "cluster2"], NOW));
    };
    assert.deepEqual(problems(ca), []);
    assert.deepEqual(problems({ ...ca, privateKey: other.privateKey }), [
      'cluster "cluster1": apiserver.ca.privateKey "CN=etcd-ca" (hidden) does not belong to the certificate',
    ]);
    assert.deepEqual(problems({ ...ca, trusted: ["x"] }), [
      'cluster "cluster1": apiserver.ca.trusted[0] cannot be read',
    ]);
  });

  it("is for a cluster without etcd", async () => {
    const ca = await mintCA();
    const both = configuration({ clusters: { cluster1: clusterConfiguration(1, { apiserver: { ca } }) } });
    const said = heads(validateDescription(both, ["cluster1"], NOW));
    assert.equal(said[0], 'cluster "cluster1": apiserver is given beside etcd');
    assert.deepEqual(apiserverCasOf(both), {});
  });

  it("is never shown", () => {
    const pem = "-----BEGIN PRIVATE KEY-----x";
    const said = [
      ...complaints({ clusters: clusters({ ca: pem }) }),
      ...complaints({ clusters: clusters({ ca: { certificate: "c", privateKey: [pem] } }) }),
      ...complaints({ clusters: clusters({ ca: { certificate: "c", privateKey: pem, key: pem } }) }),
      ...complaints({ clusters: clusters(pem) }),
    ];
    assert.equal(said.length, 4);
    assert.doesNotMatch(said.join(), /PRIVATE KEY/);
    assert.match(said.join(), /apiserver.ca.privateKey is a list/);
  });

  it("may be encrypted for editors", () => {
    const text = JSON.stringify(editorSchema().$defs?.["mesh"]);
    const apiserver = text.slice(text.indexOf('"apiserver"'), text.indexOf('"reads"'));
    assert.ok(/"privateKey":\{[^}]*"anyOf":\[\{"type":"string"\},\{"type":"object"/.test(apiserver), apiserver);
  });

  it("has a key that is a secret, and is in no hash of what is not looked at", async () => {
    const [ca, other] = await Promise.all([mintCA(), mintCA()]);
    const cas = apiserverCasOf(read({ ca }));
    assert.deepEqual(Object.keys(cas), ["cluster1"]);
    assert.ok(await pulumi.isSecret(pulumi.output(cas["cluster1"]?.privateKey)));
    const seen = (given: object) => unseen(["cluster1"], read({ ca: given }));
    assert.deepEqual(seen(ca), seen(other));
    const [member] = membersOf(read({ ca }), { cluster1: { clientCertificates: "issued" } });
    assert.equal(member?.clientCertificates, "signed");
    assert.doesNotMatch(JSON.stringify(member), /PRIVATE KEY|BEGIN CERTIFICATE/);
  });

  it("is judged beside the CA of the mesh: whom it trusts, its end, weakness, and how long its leaves live", async () => {
    const [ca, short] = await Promise.all([mintCA(), ending(20)]);
    const id = caKeyId(ca.certificate);
    assert.deepEqual(wantedTrust(read({ ca })), {
      cluster1: { signs: id, trusts: [id] },
      [SHARED_AUTHORITY]: { signs: 1, trusts: [1] },
    });
    const [line = ""] = formatted(adoptedEndings(read({ ca: short }), NOW));
    assert.match(
      line,
      /^cluster "cluster1": apiserver.ca.certificate "CN=etcd-ca" ends on 2026-12-05, in 20 days; put/,
    );
    assert.match(line, /have its clustermesh-apiserver trust both \(tls.caBundle of the chart\)/);
    assert.match(
      heads(shortenedLeaves(read({ ca: short }), NOW)).join(),
      /cluster "cluster1": apiserver.ca ends before 365/,
    );
    const weak = await mintCA({ key: "RSA-1024" });
    assert.match(heads(weakCas(read({ ca: weak }))).join(), /apiserver.ca.certificate .* has a key of 1024 bits/);
    // One beside etcd is refused already.
    const beside = configuration({ clusters: { cluster1: clusterConfiguration(1, { apiserver: { ca } }) } });
    assert.deepEqual(adoptedEndings(beside, NOW), []);
  });

  it("is changed one step at a time, told at its place", async () => {
    const [ca, former] = await Promise.all([mintCA(), mintCA()]);
    const { wanted } = rotationPolicy(read({ ca }), [], NOW);
    const id = caKeyId(former.certificate);
    const record = { client: 1, server: 1, authorities: { cluster1: { signs: id, trusts: [id] } } };
    const [line = ""] = formatted(unsafeSteps([{ cluster: "cluster2", record, files: [] }], wanted));
    assert.match(
      line,
      /^cluster "cluster1": apiserver.ca lets the CA of key .* sign, which cluster "cluster2" does not trust/,
    );
    assert.match(line, /pulumi up, and have its clustermesh-apiserver trust both/);
  });

  it("that another program has published is its cluster's, unless one is written down there", async () => {
    const [ca, other] = await Promise.all([mintCA(), mintCA()]);
    const trust = { signs: "x", trusts: ["x"] };
    const material = { ...ca, bundle: ca.certificate, trust, trusted: [] };
    const signing = { west: material, east: material, old: material, "mesh.ca": material };
    const endpoints = ["https://west.mesh.cilium.io:2379"];
    const clusters = {
      west: { apiserver: { endpoints } },
      east: { apiserver: { ca: other } },
      old: { etcd: {} },
      far: {},
    };
    const given = withPublishedCas(clusters, signing);
    assert.deepEqual(given.clusters, { ...clusters, west: { apiserver: { endpoints, ca: { ...ca, trusted: [] } } } });
    assert.deepEqual(Object.keys(given.signing), ["old", "mesh.ca"]);
    const undefinedCa = withPublishedCas(
      { west: { apiserver: { endpoints, ca: undefined as unknown as CA } } },
      signing,
    );
    assert.deepEqual(undefinedCa.clusters["west"]?.apiserver.ca, { ...ca, trusted: [] });
  });

  it("that is not known yet is given all the same, and that is told", async () => {
    const mesh = read({});
    const { cluster1, ...others } = mesh.clusters;
    assert.ok(cluster1);
    const { result } = await run(() => {
      const certificate = new command.local.Command("ca", { create: "make-ca" }).stdout;
      const given = { ...cluster1, apiserver: { ca: { certificate, privateKey: "x" } } };
      return knownMesh({ ...mesh, clusters: { cluster1: given, ...others } });
    }, true);
    const { value, diagnostics } = result;
    assert.deepEqual(heads(warnings(diagnostics)), [
      'cluster "cluster1": apiserver.ca is not known yet, so what it signs is not judged here',
    ]);
    const [member] = membersOf(value, { cluster1: { clientCertificates: "issued" } });
    assert.equal(member?.clientCertificates, "signed");
    assert.deepEqual([...adoptedEndings(value, NOW), ...weakCas(value), ...shortenedLeaves(value, NOW)], []);
  });
});
