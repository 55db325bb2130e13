import assert from "node:assert/strict";
import { validateAdoptedCa } from "../../../../components/certificates/model/validateCa";
import { validateLifetimes } from "../../../../components/certificates/model/validateCertificates";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { mintCA, NOW, type CA } from "../../support/certificates/ca";
import { lines } from "../../support/mesh/mesh";

const judgeDays = (authorityDays: number, leafDays: number) =>
  lines(validateLifetimes({ ...DEFAULT_SETTINGS.certificates, authorityDays, leafDays }));

describe("model: lifetimes", () => {
  it("have defaults that work", () => {
    assert.deepEqual(validateLifetimes(DEFAULT_SETTINGS.certificates), []);
  });

  it("of a leaf are not longer than its authority's", () => {
    assert.deepEqual(judgeDays(200, 201), [
      "mesh: certificates.leafDays 201 is longer than the authority's 200 days; no certificate outlives its authority",
    ]);
    assert.deepEqual(judgeDays(200, 200), []);
  });
});

describe("model: an adopted CA", () => {
  const judge = (authority: CA) => lines(validateAdoptedCa({ cluster: "east", property: "etcd.ca" }, authority, NOW));

  it("is its certificate alone: a key behind it would go to every cluster", async () => {
    const ca = await mintCA();
    const certificate = `${ca.certificate}\n${ca.privateKey}`;
    assert.deepEqual(judge({ ...ca, certificate }), [
      'cluster "east": etcd.ca.certificate holds a private key as well; give the certificate alone: it is no secret, and goes to every cluster',
    ]);
  });

  for (const key of ["P-256", "RSA-2048"] as const) {
    it(`with ${key} can sign`, async () => {
      assert.deepEqual(judge(await mintCA({ key })), []);
    });

    it(`with ${key} and another's key cannot, and the key is not shown`, async () => {
      const [mine, other] = await Promise.all([mintCA({ key }), mintCA({ key })]);
      const [line, ...rest] = judge({ ...mine, privateKey: other.privateKey });
      assert.deepEqual(rest, []);
      assert.equal(
        line,
        'cluster "east": etcd.ca.privateKey "CN=etcd-ca" (hidden) does not belong to the certificate; give the key of this very certificate',
      );
    });
  }

  it("with the key of another family cannot", async () => {
    const [mine, other] = await Promise.all([mintCA(), mintCA({ key: "RSA-2048" })]);
    assert.equal(judge({ ...mine, privateKey: other.privateKey }).length, 1);
  });

  it("that has expired cannot", async () => {
    const expired = await mintCA({ notAfter: new Date("2026-11-15T11:59:59Z") });
    assert.deepEqual(judge(expired), [
      'cluster "east": etcd.ca.certificate "Nov 15 11:59:59 2026 GMT" has expired; give a CA that is still valid',
    ]);
  });

  it("that is not valid yet cannot", async () => {
    const early = await mintCA({ notBefore: new Date("2026-11-15T12:00:01Z") });
    assert.deepEqual(judge(early), [
      'cluster "east": etcd.ca.certificate "Nov 15 12:00:01 2026 GMT" is not valid yet; wait until then, or give another CA',
    ]);
  });

  it("that is a leaf, or may not sign certificates, is none", async () => {
    assert.deepEqual(judge(await mintCA({ isCA: false, subject: "CN=leaf" })), [
      'cluster "east": etcd.ca.certificate "CN=leaf" is not a CA; give the certificate of the authority, not a leaf it signed',
    ]);
    assert.deepEqual(judge(await mintCA({ signsCertificates: false, subject: "CN=leaf" })), [
      'cluster "east": etcd.ca.certificate "CN=leaf" may not sign certificates (key usage); give a CA whose key usage has keyCertSign',
    ]);
  });

  it("is refused for everything at once", async () => {
    const wrong = await mintCA({ isCA: false, notAfter: new Date("2026-01-01T00:00:00Z") });
    const other = await mintCA();
    assert.equal(judge({ ...wrong, privateKey: other.privateKey }).length, 3);
  });

  it("that cannot be read is told, and neither half is shown", async () => {
    const { certificate, privateKey } = await mintCA();
    const swapped = judge({ certificate: privateKey, privateKey: certificate });
    assert.deepEqual(swapped, [
      'cluster "east": etcd.ca.certificate cannot be read; give one PEM block BEGIN CERTIFICATE',
      'cluster "east": etcd.ca.privateKey (hidden) cannot be read; give the CA\'s unencrypted private key in PEM',
    ]);
  });

  it("may have others that are trusted beside it: CAs that are valid, a block each, and no key", async () => {
    const [ca, good, expired, leaf] = await Promise.all([
      mintCA(),
      mintCA(),
      mintCA({ notAfter: new Date("2026-01-01T00:00:00Z") }),
      mintCA({ isCA: false }),
    ]);
    const trusting = (...trusted: readonly string[]) =>
      lines(validateAdoptedCa({ cluster: "east", property: "etcd.ca" }, { ...ca, trusted }, NOW));
    assert.deepEqual(trusting(good.certificate), []);
    const unreadable = "cannot be read; give one PEM block BEGIN CERTIFICATE and nothing else";
    assert.deepEqual(
      trusting(
        expired.certificate,
        leaf.certificate,
        "",
        good.certificate + good.privateKey,
        good.certificate + ca.certificate,
      ),
      [
        'cluster "east": etcd.ca.trusted[0] "Jan  1 00:00:00 2026 GMT" has expired; give a CA that is still valid',
        'cluster "east": etcd.ca.trusted[1] "CN=etcd-ca" is not a CA; give the certificate of the authority, not a leaf it signed',
        `cluster "east": etcd.ca.trusted[2] ${unreadable}`,
        `cluster "east": etcd.ca.trusted[3] ${unreadable}`,
        `cluster "east": etcd.ca.trusted[4] ${unreadable}`,
      ],
    );
  });

  it("of the whole mesh is named as such", async () => {
    const { certificate } = await mintCA();
    const [line] = lines(validateAdoptedCa({ property: "clustermesh:ca" }, { certificate, privateKey: "" }, NOW));
    assert.equal(
      line,
      "mesh: clustermesh:ca.privateKey (hidden) cannot be read; give the CA's unencrypted private key in PEM",
    );
  });
});
