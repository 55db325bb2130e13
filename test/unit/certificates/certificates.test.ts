import assert from "node:assert/strict";
import { DEFAULT_SETTINGS, type CaSource } from "../../../components";
import { readCertificates } from "../../../components/certificates/model/certificates";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { mintCA, mintChain, type CA } from "../support/certificates/ca";
import { runMesh } from "../support/meshProgram";
import { valueOf } from "../support/pulumiMocks";
import { files, metadata } from "../support/secretData";

const CLIENT = ["digital_signature", "key_encipherment", "client_auth"];
const SERVER = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];
const DAY = 24;
const HOUR_MS = 3_600_000;

describe("components: client certificates", () => {
  it("are for clients alone, and name the cluster", async () => {
    const ran = await runMesh();
    const { inputs } = ran.one("LocallySignedCert", "clustermesh-cluster1-client-cert");
    assert.deepEqual(inputs["allowedUses"], CLIENT);
    assert.ok(!("isCaCertificate" in inputs));
    assert.equal(inputs["certRequestPem"], "request clustermesh-cluster1-client-request");
    const request = ran.one("CertRequest", "clustermesh-cluster1-client-request").inputs;
    assert.deepEqual(request["subject"], { commonName: "remote-cluster1" });
    assert.ok(!("dnsNames" in request) && !("ipAddresses" in request));
  });

  it("are one a cluster with one authority, and N·(N−1) with one each", async () => {
    const { shared, perCluster } = await adoptedCas();
    const count = async (authority: typeof shared | typeof perCluster) => {
      const ran = await runMesh({ clusters: [1, 2, 3], authority });
      return { certificates: ran.all("LocallySignedCert").length, keys: ran.all("PrivateKey").length };
    };
    assert.deepEqual(await count(shared), { certificates: 3, keys: 3 });
    assert.deepEqual(await count(perCluster), { certificates: 6, keys: 3 });
  });

  it("are signed by the CA of the etcd that they open", async () => {
    const { perCluster } = await adoptedCas();
    const ran = await runMesh({ clusters: [1, 2, 3], authority: perCluster });
    const { inputs } = ran.one("LocallySignedCert", "clustermesh-cluster1-client-cert/cluster3");
    const ca = perCluster.authorities["cluster3"];
    assert.deepEqual([inputs["caCertPem"], inputs["caPrivateKeyPem"]], [ca?.certificate, ca?.privateKey]);
  });
});

describe("components: client certificates of an intermediate", () => {
  const adopt = (authority: CA): CaSource => ({ kind: "adopted", authority });

  it("are shown with it, so that an etcd which trusts only the root lets them in", async () => {
    const { root, own } = await mintChain();
    const ran = await runMesh({ authority: adopt({ ...own, certificate: root.certificate + own.certificate }) });
    const secret = files(ran.one("v1:Secret", "clustermesh-cluster1-peers"));
    assert.equal(secret["mesh.client.crt"], `certificate clustermesh-cluster1-client-cert${own.certificate}`);
    assert.deepEqual(
      readCertificates(secret["mesh.ca.crt"] ?? "")
        .map(({ subject }) => subject)
        .sort(),
      ["CN=etcd-ca", "CN=root"],
    );
    assert.equal(ran.one("LocallySignedCert", "clustermesh-cluster1-client-cert").inputs["caCertPem"], own.certificate);
  });

  it("do not live longer than the CA", async () => {
    const caSource = adopt(await mintCA({ notAfter: new Date(Date.now() + 100.5 * DAY * HOUR_MS) }));
    const { inputs } = (await runMesh({ authority: caSource })).one(
      "LocallySignedCert",
      "clustermesh-cluster1-client-cert",
    );
    assert.deepEqual([inputs["validityPeriodHours"], inputs["earlyRenewalHours"]], [91 * DAY, 45 * DAY]);
  });
});

describe("components: server certificates", () => {
  const endpoints = ["https://10.1.1.1:2379", "https://etcd.one:2379", "https://[fd00::1]:2379"];

  it("name whatever a peer may dial, and are for servers and clients", async () => {
    const ran = await runMesh({ specs: { 1: { etcd: { endpoints } } } });
    const request = ran.one("CertRequest", "clustermesh-cluster1-etcd-server-request").inputs;
    assert.deepEqual(request["subject"], { commonName: "cluster1.mesh.cilium.io" });
    assert.deepEqual(request["dnsNames"], ["cluster1.mesh.cilium.io", "etcd.one"]);
    assert.deepEqual(request["ipAddresses"], ["10.1.1.1", "fd00::1"]);
    assert.deepEqual(
      ran.one("LocallySignedCert", "clustermesh-cluster1-etcd-server-cert").inputs["allowedUses"],
      SERVER,
    );
  });

  it("have no address where every endpoint is a name", async () => {
    const ran = await runMesh({ specs: { 1: { etcd: { endpoints: ["https://etcd.one:2379"] } } } });
    assert.ok(!("ipAddresses" in ran.one("CertRequest", "clustermesh-cluster1-etcd-server-request").inputs));
  });

  it("come as a Secret that an etcd can mount", async () => {
    const secret = (await runMesh()).one("v1:Secret", "clustermesh-cluster2-etcd-server");
    const { "tls.key": key, ...rest } = files(secret);
    assert.match(key ?? "", /\nclustermesh-cluster2-etcd-server-key\n/);
    assert.deepEqual(rest, {
      "tls.crt": "certificate clustermesh-cluster2-etcd-server-cert",
      "ca.crt": "certificate clustermesh-ca-cert",
    });
    assert.equal(secret.inputs["type"], "kubernetes.io/tls");
    assert.equal(metadata(secret).name, "clustermesh-etcd-server");
    assert.equal(metadata(secret).annotations?.["cilium-clustermesh/owner"], "clustermesh/test");
  });
});

describe("components: keys and lifetimes", () => {
  const policy = (over: Partial<typeof DEFAULT_SETTINGS.certificates>) => ({
    settings: { certificates: { ...DEFAULT_SETTINGS.certificates, ...over } },
  });

  it("are P-256 and Cilium's by default, in hours", async () => {
    const ran = await runMesh();
    const hours = (type: string, name: string) => {
      const { validityPeriodHours, earlyRenewalHours } = ran.one(type, name).inputs;
      return [validityPeriodHours, earlyRenewalHours];
    };
    assert.deepEqual(hours("SelfSignedCert", "clustermesh-ca-cert"), [1095 * DAY, 120 * DAY]);
    assert.deepEqual(hours("LocallySignedCert", "clustermesh-cluster1-client-cert"), [365 * DAY, 60 * DAY]);
    assert.deepEqual(hours("LocallySignedCert", "clustermesh-cluster1-etcd-server-cert"), [365 * DAY, 60 * DAY]);
    assert.ok(ran.all("PrivateKey").every(({ inputs }) => inputs["ecdsaCurve"] === "P256"));
  });

  it("are RSA on request, all of them", async () => {
    const keys = (await runMesh(policy({ keyAlgorithm: "RSA2048" }))).all("PrivateKey");
    for (const { inputs } of keys) {
      assert.deepEqual(inputs, { algorithm: "RSA", rsaBits: 2048 });
    }
    const [key] = (await runMesh(policy({ keyAlgorithm: "RSA4096" }))).all("PrivateKey");
    assert.equal(key?.inputs["rsaBits"], 4096);
  });

  it("of the CA are a CA's", async () => {
    const { inputs } = (await runMesh()).one("SelfSignedCert", "clustermesh-ca-cert");
    assert.equal(inputs["isCaCertificate"], true);
    assert.deepEqual(inputs["allowedUses"], ["cert_signing", "crl_signing"]);
  });
});

describe("components: the certificates that people read", () => {
  it("are those of each cluster, with subject, issuer and end", async () => {
    const { result } = await runMesh();
    const shown = await Promise.all(
      (result.certificates["cluster1"] ?? []).map(async ({ subject, issuer, expires }) => ({
        subject: await valueOf(subject),
        issuer,
        expires: await valueOf(expires),
      })),
    );
    const expires = "2027-11-15T12:00:00Z";
    assert.deepEqual(shown, [
      { subject: "CN=remote-cluster1", issuer: "mesh.ca", expires },
      { subject: "CN=cluster1.mesh.cilium.io", issuer: "mesh.ca", expires },
    ]);
    assert.deepEqual(Object.keys(result.certificates), ["cluster1", "cluster2"]);
  });
});
