import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { Plugin, urn, type Held } from "./harness/plugin";
import { isSecret, isUnknown, plain, plainMap, type PropertyMap } from "./shared/value";
import { skip } from "../support/skip";

const KEY = "tls:index/privateKey:PrivateKey";
const REQUEST = "tls:index/certRequest:CertRequest";
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const LOCALLY_SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const HOUR_MS = 3_600_000;

/** A certificate or request as OpenSSL, which had no part in making it, understands it. */
function opensslText(context: Mocha.Context, kind: "x509" | "req", input: string): string {
  const { stdout, error } = spawnSync("openssl", [kind, "-noout", "-text"], { input, encoding: "utf8" });
  return error === undefined ? stdout : skip(context, "openssl is not installed");
}

describe("stand-in of the tls plugin", function () {
  this.timeout(30_000);
  let plugin: Plugin;

  before(async () => {
    plugin = await Plugin.start("tls");
  });
  after(() => Plugin.stopAll());

  const text = (held: Held, key: string): string => {
    const value = plainMap(held.state)[key];
    if (typeof value !== "string") throw new Error(`${key} is ${JSON.stringify(value)}, not a string`);
    return value;
  };
  const key = (inputs: PropertyMap = { algorithm: "ECDSA", ecdsaCurve: "P256" }) =>
    plugin.create(urn(KEY, "key"), inputs);
  const caInputs = (privateKeyPem: string, more: PropertyMap = {}): PropertyMap => ({
    privateKeyPem,
    subject: { commonName: "ca", organization: "mesh" },
    validityPeriodHours: 48,
    allowedUses: ["cert_signing", "crl_signing"],
    isCaCertificate: true,
    ...more,
  });
  const selfSigned = (privateKeyPem: string, more: PropertyMap = {}) =>
    plugin.create(urn(SELF_SIGNED, "ca"), caInputs(privateKeyPem, more));

  async function leaf(more: PropertyMap = {}, request: PropertyMap = {}) {
    const caKey = text(await key(), "privateKeyPem");
    const caCertPem = text(await selfSigned(caKey), "certPem");
    const privateKeyPem = text(await key(), "privateKeyPem");
    const subject = { commonName: "cluster1", emailAddress: "a@b.example" };
    const certRequestPem = text(
      await plugin.create(urn(REQUEST, "request"), { privateKeyPem, subject, ...request }),
      "certRequestPem",
    );
    const inputs = {
      certRequestPem,
      caCertPem,
      caPrivateKeyPem: caKey,
      validityPeriodHours: 12,
      allowedUses: ["client_auth"],
      ...more,
    };
    return { held: await plugin.create(urn(LOCALLY_SIGNED, "leaf"), inputs), inputs, caCertPem };
  }

  const PREAMBLES = { RSA: "RSA PRIVATE KEY", ECDSA: "EC PRIVATE KEY", ED25519: "PRIVATE KEY" } as const;
  const keys = [
    { algorithm: "RSA", rsaBits: 2048 },
    ...["P224", "P256", "P384", "P521"].map((ecdsaCurve) => ({ algorithm: "ECDSA" as const, ecdsaCurve })),
    { algorithm: "ED25519" },
  ] as const;
  for (const inputs of keys) {
    it(`makes a key ${JSON.stringify(inputs)} in all its forms`, async () => {
      const held = await key(inputs);
      const own = createPrivateKey(text(held, "privateKeyPem"));
      assert.match(text(held, "privateKeyPem"), new RegExp(`^-----BEGIN ${PREAMBLES[inputs.algorithm]}-----\n`));
      assert.match(text(held, "privateKeyPemPkcs8"), /^-----BEGIN PRIVATE KEY-----\n/);
      assert.ok(createPrivateKey(text(held, "privateKeyPemPkcs8")).equals(own));
      assert.ok(createPublicKey(text(held, "publicKeyPem")).equals(createPublicKey(own)));
      for (const name of ["privateKeyPem", "privateKeyPemPkcs8"]) {
        assert.ok(isSecret(held.state[name]), `${name} is a secret`);
      }
      assert.match(held.id, /^[0-9a-f]{40}$/);
    });
  }

  it("has P-224 as its default curve", async () => {
    assert.equal(text(await key({ algorithm: "ECDSA" }), "ecdsaCurve"), "P224");
  });

  it("signs an authority: its uses, its limits, its key id", async function () {
    const pem = text(await selfSigned(text(await key(), "privateKeyPem"), { maxPathLength: 1 }), "certPem");
    const certificate = new X509Certificate(pem);
    assert.ok(certificate.ca);
    assert.equal(certificate.subject, "O=mesh\nCN=ca");
    assert.equal(certificate.issuer, certificate.subject);
    assert.ok(certificate.verify(certificate.publicKey));
    const printed = opensslText(this, "x509", pem);
    assert.match(printed, /X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:1\n/);
    assert.match(printed, /X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    assert.doesNotMatch(printed, /Extended Key Usage/);
    assert.match(printed, /X509v3 Subject Key Identifier/, "an authority always has a key id");
  });

  it("gives a leaf a key id where that is asked for", async function () {
    const { held } = await leaf({ allowedUses: ["client_auth"], setSubjectKeyId: true });
    assert.match(opensslText(this, "x509", text(held, "certPem")), /Subject Key Identifier/);
  });

  it("drops a path length of 0, as the plugin does", async function () {
    const pem = text(await selfSigned(text(await key(), "privateKeyPem"), { maxPathLength: 0 }), "certPem");
    assert.match(opensslText(this, "x509", pem), /CA:TRUE\n/);
  });

  it("signs a leaf with the names of its request, linked to its authority", async function () {
    const names = { dnsNames: ["a.mesh.cilium.io"], ipAddresses: ["10.1.1.1", "fd00::1"], uris: ["spiffe://mesh/a"] };
    const { held, caCertPem } = await leaf({ allowedUses: ["digital_signature", "server_auth", "client_auth"] }, names);
    const [certificate, authority] = [new X509Certificate(text(held, "certPem")), new X509Certificate(caCertPem)];
    assert.ok(certificate.verify(authority.publicKey));
    assert.ok(certificate.checkIssued(authority));
    assert.equal(certificate.ca, false);
    assert.equal(
      certificate.subjectAltName,
      "DNS:a.mesh.cilium.io, IP Address:10.1.1.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://mesh/a",
    );
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.equal(BigInt(`0x${certificate.serialNumber}`), BigInt(held.id));
    const printed = opensslText(this, "x509", text(held, "certPem"));
    assert.match(printed, /X509v3 Key Usage: critical\s+Digital Signature\n/);
    assert.doesNotMatch(printed, /Subject Key Identifier/, "a leaf has no key id unless it is asked for");
    const keyIdOf = (of: string, from: string) => new RegExp(`${of} Key Identifier:\\s+([0-9A-F:]+)`).exec(from)?.[1];
    assert.equal(keyIdOf("Authority", printed), keyIdOf("Subject", opensslText(this, "x509", caCertPem)));
  });

  it("loses the request's e-mail address, as the plugin does", async function () {
    const { held, inputs } = await leaf();
    assert.equal(new X509Certificate(text(held, "certPem")).subject, "CN=cluster1");
    assert.match(opensslText(this, "req", inputs.certRequestPem), /emailAddress ?= ?a@b\.example/);
  });

  it("says from when to when, and how", async () => {
    const { held } = await leaf();
    const [start, end] = [text(held, "validityStartTime"), text(held, "validityEndTime")];
    assert.match(start, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    assert.equal(Date.parse(end) - Date.parse(start), 12 * HOUR_MS);
    const certificate = new X509Certificate(text(held, "certPem"));
    assert.equal(Date.parse(certificate.validTo), Math.floor(Date.parse(end) / 1000) * 1000);
    assert.equal(text(held, "caKeyAlgorithm"), "ECDSA");
    assert.equal(held.state["readyForRenewal"], false);
    assert.ok(isSecret(held.state["caPrivateKeyPem"]));
    assert.ok(!isSecret(held.state["certPem"]));
  });

  for (const inputs of keys.filter((each) => !("ecdsaCurve" in each && each.ecdsaCurve === "P224"))) {
    it(`signs with ${JSON.stringify(inputs)}`, async () => {
      const certificate = new X509Certificate(
        text(await selfSigned(text(await key(inputs), "privateKeyPem")), "certPem"),
      );
      assert.ok(certificate.verify(certificate.publicKey));
    });
  }

  it("refuses an authority's key that does not fit its certificate", async () => {
    const { inputs } = await leaf();
    const other = text(await key(), "privateKeyPem");
    await assert.rejects(
      plugin.create(urn(LOCALLY_SIGNED, "leaf"), { ...inputs, caPrivateKeyPem: other }),
      /provided PrivateKey doesn't match parent's PublicKey/,
    );
  });

  it("refuses what is no PEM, and says which property", async () => {
    const { inputs } = await leaf();
    for (const [property, said] of [
      ["caCertPem", /CA certificate PEM/],
      ["caPrivateKeyPem", /CA private key PEM/],
      ["certRequestPem", /certificate request PEM/],
    ] as const) {
      await assert.rejects(plugin.create(urn(LOCALLY_SIGNED, "leaf"), { ...inputs, [property]: "no pem" }), said);
    }
  });

  it("warns of an authority that is none", async () => {
    const caPrivateKeyPem = text(await key(), "privateKeyPem");
    const caCertPem = text(await selfSigned(caPrivateKeyPem, { isCaCertificate: false }), "certPem");
    const { inputs } = await leaf();
    await plugin.create(urn(LOCALLY_SIGNED, "leaf"), { ...inputs, caCertPem, caPrivateKeyPem });
    assert.ok(
      plugin.log.some(({ message }) => message.includes("does not appear to be a valid Certificate Authority")),
    );
  });

  it("finds all that is wrong with the inputs at once", async () => {
    const { failures } = await plugin.check(urn(SELF_SIGNED, "ca"), {
      validityPeriodHours: -1,
      allowedUses: ["everything"],
      colour: "red",
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "allowedUses",
      "colour",
      "privateKeyPem",
      "validityPeriodHours",
    ]);
  });

  it("knows nothing but inputs and defaults in a preview", async () => {
    const { state } = await plugin.create(urn(KEY, "key"), { algorithm: "RSA" }, { preview: true });
    assert.equal(plain(state["rsaBits"] ?? null), 2048);
    for (const name of ["privateKeyPem", "publicKeyPem"]) {
      assert.ok(isUnknown(plain(state[name] ?? null)), `${name} is unknown`);
    }
    assert.ok(isSecret(state["privateKeyPem"]));
  });

  it("replaces for any change but the early renewal", async () => {
    const { held, inputs } = await leaf();
    assert.equal((await plugin.diff(held, inputs)).changes, false);
    const longer = await plugin.diff(held, { ...inputs, validityPeriodHours: 13 });
    assert.deepEqual([longer.detailed, longer.deleteBeforeReplace], [{ validityPeriodHours: "UPDATE_REPLACE" }, false]);
    assert.deepEqual((await plugin.diff(held, { ...inputs, allowedUses: ["client_auth", "server_auth"] })).replaces, [
      "allowedUses[1]",
    ]);
    const early = { ...inputs, earlyRenewalHours: 1 };
    assert.deepEqual((await plugin.diff(held, early)).detailed, { earlyRenewalHours: "UPDATE" });
    const updated = await plugin.update(held, early);
    assert.equal(text(updated, "certPem"), text(held, "certPem"));
    assert.equal((await plugin.diff(updated, early)).changes, false);
  });

  it("replaces what is due, with nothing changed and nothing refreshed", async () => {
    const { held, inputs } = await leaf({ earlyRenewalHours: 2 });
    assert.equal((await plugin.diff(held, inputs)).changes, false);
    const validityEndTime = new Date(Date.now() + HOUR_MS).toISOString();
    const old = { ...held, state: { ...held.state, validityEndTime } };
    assert.deepEqual((await plugin.diff(old, inputs)).detailed, { readyForRenewal: "UPDATE_REPLACE" });
    const refreshed = await plugin.read(old);
    assert.equal(refreshed.state["readyForRenewal"], true);
    assert.deepEqual((await plugin.diff(refreshed, inputs)).replaces, ["readyForRenewal"]);
  });

  it("replaces in every run when early renewal covers the whole validity", async () => {
    const { held, inputs } = await leaf({ earlyRenewalHours: 12 });
    assert.equal(held.state["readyForRenewal"], true);
    assert.deepEqual((await plugin.diff(held, inputs)).replaces, ["readyForRenewal"]);
  });
});
