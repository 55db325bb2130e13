import assert from "node:assert/strict";
import { meshResource, urnOutside, violations } from "../support/policies";

const LEAF = "tls:index/locallySignedCert:LocallySignedCert";
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const KEY = "tls:index/privateKey:PrivateKey";
const DAY = 24;

describe("policies: lifetimes of certificates", () => {
  const of = (type: string, props: object, config = {}) =>
    violations("certificate-lifetime", meshResource(type, props), config);
  const leaf = (days: number, early = 1) => ({ validityPeriodHours: days * DAY, earlyRenewalHours: early * DAY });
  const ca = (days: number) => ({ ...leaf(days, 120), isCaCertificate: true });

  it("are at most those of the settings", () => {
    assert.deepEqual(of(LEAF, leaf(365)), []);
    assert.deepEqual(of(SELF_SIGNED, ca(1095)), []);
    assert.deepEqual(of(LEAF, leaf(366)), [
      'LocallySignedCert "mesh-west-x": validityPeriodHours 8784 is more than 365 days; set certificates.leafDays of the mesh to 365 at most',
    ]);
    assert.deepEqual(of(SELF_SIGNED, ca(1096)), [
      'SelfSignedCert "mesh-west-x": validityPeriodHours 26304 is more than 1095 days; set certificates.authorityDays of the mesh to 1095 at most',
    ]);
  });

  it("are those of a CA for what is one, whoever has signed it", () => {
    assert.deepEqual(of(LEAF, ca(1095)), []);
    assert.match(of(SELF_SIGNED, leaf(400))[0] ?? "", /leafDays/);
  });

  it("are what a configuration says", () => {
    assert.deepEqual(of(LEAF, leaf(400), { leafDays: 400 }), []);
    assert.match(of(LEAF, leaf(31), { leafDays: 30 })[0] ?? "", /744 is more than 30 days/);
    assert.match(of(SELF_SIGNED, ca(31), { authorityDays: 30, leafDays: 90 })[0] ?? "", /more than 30 days/);
    assert.throws(() => of(LEAF, leaf(1), { leafDays: 0 }), /leafDays/);
    assert.throws(() => of(LEAF, leaf(1), { leafDay: 5 }), /leafDay/);
  });

  it("have a time for their renewal, and not all of it", () => {
    assert.match(
      of(LEAF, leaf(30, 0))[0] ?? "",
      /earlyRenewalHours 0 has no up renew it before it ends; set it to more than 0 and less than validityPeriodHours, 720/,
    );
    assert.match(of(LEAF, { validityPeriodHours: 720 })[0] ?? "", /earlyRenewalHours 0/);
    assert.match(of(LEAF, leaf(30, 30))[0] ?? "", /earlyRenewalHours 720 has every up renew it/);
    // A third of two days is no day.
    assert.deepEqual(of(LEAF, leaf(2, 0)), []);
  });

  it("are not asked of certificates beside the mesh, unless a configuration says so", () => {
    const beside = { ...meshResource(LEAF, leaf(900)), urn: urnOutside(LEAF, "x") };
    assert.deepEqual(violations("certificate-lifetime", beside), []);
    assert.equal(violations("certificate-lifetime", beside, { resources: "all" }).length, 1);
    assert.deepEqual(of(KEY, leaf(900)), []);
  });
});

describe("policies: strength of keys", () => {
  const of = (props: object, config = {}) => violations("key-strength", meshResource(KEY, props), config);

  it("is what the settings of a mesh can have, or more", () => {
    for (const props of [
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { algorithm: "ECDSA", ecdsaCurve: "P384" },
      { algorithm: "ECDSA", ecdsaCurve: "P521" },
      { algorithm: "RSA", rsaBits: 2048 },
      { algorithm: "RSA", rsaBits: 4096 },
      { algorithm: "RSA" },
      { algorithm: "ED25519" },
    ]) {
      assert.deepEqual(of(props), [], JSON.stringify(props));
    }
  });

  it("is no less, by what the tls provider takes where nothing is given", () => {
    assert.deepEqual(of({ algorithm: "RSA", rsaBits: 1024 }), [
      'PrivateKey "mesh-west-x": rsaBits 1024 are fewer than 2048; set certificates.keyAlgorithm of the mesh, or rsaBits, to 2048 bits or more',
    ]);
    assert.match(
      of({ algorithm: "ECDSA", ecdsaCurve: "P224" })[0] ?? "",
      /ecdsaCurve "P224" has fewer than 256 bits; .*P256/,
    );
    assert.match(of({ algorithm: "ECDSA" })[0] ?? "", /ecdsaCurve "P224"/);
    assert.match(of({ algorithm: "ECDSA", ecdsaCurve: "secp256k1" })[0] ?? "", /"secp256k1"/);
    assert.match(of({ algorithm: "DSA" })[0] ?? "", /algorithm "DSA" is not known here/);
    assert.equal(of({}).length, 1);
  });

  it("is what a configuration says", () => {
    assert.match(of({ algorithm: "RSA", rsaBits: 2048 }, { rsaBits: 3072 })[0] ?? "", /2048 are fewer than 3072/);
    assert.match(of({ algorithm: "RSA" }, { rsaBits: 3072 })[0] ?? "", /rsaBits 2048/);
    assert.match(of({ algorithm: "ECDSA", ecdsaCurve: "P256" }, { ecdsaBits: 384 })[0] ?? "", /P384/);
    assert.throws(() => of({}, { rsaBits: 1024 }), /rsaBits/);
    assert.throws(() => of({}, { ecdsaBits: 255 }), /ecdsaBits/);
  });
});
