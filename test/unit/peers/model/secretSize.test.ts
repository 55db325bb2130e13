import assert from "node:assert/strict";
import type { KeyAlgorithm } from "../../../../components/certificates/model/certificates";
import { certificateOf } from "../../../../components/certificates/model/x509/certificate";
import {
  issuedSize,
  judgeRecordSize,
  judgeSecretSize,
  leafBytes,
  peerSecretSize,
  SECRET_BYTES,
  type AuthoritySize,
  type SecretSize,
  type SignerSize,
} from "../../../../components/peers/model/secretSize";
import { EC, RSA, usingOpenSsl, type Made } from "../../../support/openssl";
import { bySeverity, lines, member } from "../../support/mesh/mesh";

const sized = (made: Made): SignerSize => {
  const { names, key } = certificateOf(made.certificate);
  const { length } = made.certificate;
  return { kind: "signs", bundle: length, certificate: length, intermediates: 0, name: names.subject.length, key };
};

describe("model: the size of the peers' Secret", function () {
  this.timeout("60s");
  const parts = { "CA certificates": 0, "client certificates": 0, "peer files": 0, "private keys": 0 };
  const said = (size: SecretSize) => {
    const { problems, warnings } = bySeverity(judgeSecretSize("cilium-clustermesh", 255, size));
    return { problems: lines(problems), warnings: lines(warnings) };
  };

  it("is refused where a Secret cannot hold it, with the numbers and the largest part", () => {
    const size = { parts: { ...parts, "CA certificates": 900_000, "client certificates": 662_401 }, oneMoreCA: 0 };
    const { problems, warnings } = said(size);
    assert.deepEqual(warnings, []);
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^mesh: Secret "cilium-clustermesh" needs 1 562 401 bytes for 255 clusters, most of it for CA certificates \(900 000\); a Secret holds 1 048 576; give all etcds one CA/,
    );
  });

  it("is let be at the limit, warned of near it, and where a rotation would pass it", () => {
    const of = (bytes: number, oneMoreCA = 0) => said({ parts: { ...parts, "peer files": bytes }, oneMoreCA });
    assert.equal(of(SECRET_BYTES + 1).problems.length, 1);
    assert.deepEqual([of(SECRET_BYTES).problems.length, of(SECRET_BYTES).warnings.length], [0, 1]);
    assert.match(of(600_000, 500_000).warnings[0] ?? "", /would need 1 100 000 with one more CA trusted of each/);
    assert.deepEqual(of(600_000, 400_000), { problems: [], warnings: [] });
    assert.match(of(850_000).warnings[0] ?? "", /needs 850 000 bytes/);
  });

  it("of an annotation is judged as well", () => {
    const record = (bytes: number) => judgeRecordSize("cilium-clustermesh", "x".repeat(bytes));
    assert.equal(bySeverity(record(262_144)).problems.length, 1);
    assert.equal(bySeverity(record(255_000)).warnings.length, 1);
    assert.deepEqual(record(100_000), []);
  });

  it("grows with the clusters, exactly but for what is not there yet", () => {
    const signer: SignerSize = {
      kind: "signs",
      bundle: 600,
      certificate: 600,
      intermediates: 0,
      name: 30,
      key: { kind: "EC", curve: "P-256" },
    };
    const clusters = [1, 2, 3].map((n) => member(n));
    const shared = peerSecretSize(clusters, new Map([["mesh.ca", signer]]), () => "mesh.ca", "P256");
    const each = peerSecretSize(
      clusters,
      new Map(clusters.map(({ name }) => [name, signer])),
      ({ name }) => name,
      "P256",
    );
    assert.equal(each.parts["CA certificates"], 3 * shared.parts["CA certificates"]);
    assert.equal(each.parts["client certificates"], 3 * shared.parts["client certificates"]);
    assert.equal(each.oneMoreCA, 1800);
    assert.equal(each.parts["private keys"], shared.parts["private keys"]);
  });

  it("has a key more for each authority that has issued one certificate for all", () => {
    const signer: SignerSize = {
      kind: "signs",
      bundle: 600,
      certificate: 600,
      intermediates: 0,
      name: 30,
      key: { kind: "EC", curve: "P-256" },
    };
    const of = (size: AuthoritySize) => {
      const clusters = [member(1), member(2)];
      const sizes = new Map([
        ["cluster1", size],
        ["cluster2", signer],
      ] as const);
      return peerSecretSize(clusters, sizes, ({ name }) => name, "P256").parts;
    };
    const [one, other] = [
      of(signer),
      of(issuedSize({ certificate: "c".repeat(9000), trusted: "t".repeat(600), keyBytes: 300 })),
    ];
    assert.equal(other["private keys"], one["private keys"] + 364);
    assert.equal(other["CA certificates"], one["CA certificates"]);
    assert.equal(other["client certificates"], 9000 + one["client certificates"] / 2);
  });

  describe("is estimated from above", () => {
    const openssl = usingOpenSsl();

    const algorithms: readonly (readonly [KeyAlgorithm, readonly string[], string])[] = [
      ["P256", EC("P-256"), "ec"],
      ["RSA2048", RSA(2048), "rsa"],
      ["RSA4096", RSA(4096), "rsa"],
    ];
    const authorities: readonly (readonly [string, readonly string[]])[] = [
      ["P-256", EC("P-256")],
      ["P-384", EC("P-384")],
      ["P-521", EC("P-521")],
      ["Ed25519", ["-algorithm", "ED25519"]],
      ["RSA 2048", RSA(2048)],
      ["RSA 4096", RSA(4096)],
    ];
    for (const [algorithm, key, command] of algorithms) {
      it(`certificates and keys of ${algorithm}, whatever CA signs, and by little`, () => {
        const commonName = `remote-${"a".repeat(32)}`;
        const extensions = [
          "basicConstraints=critical,CA:FALSE",
          "keyUsage=critical,digitalSignature,keyEncipherment",
          "extendedKeyUsage=clientAuth",
          "authorityKeyIdentifier=keyid",
        ];
        for (const [name, caKey] of authorities) {
          const subject = `/C=DE/O=${"A company with a long name ".repeat(2)}/CN=etcd-ca`;
          const ca = openssl().make({
            key: caKey,
            subject,
            extensions: ["basicConstraints=critical,CA:TRUE", "subjectKeyIdentifier=hash"],
          });
          const sign = ["-set_serial", `0x${"7f".repeat(16)}`];
          const leaf = openssl().make({ by: ca, key, subject: `/CN=${commonName}`, extensions, sign });
          const bound = leafBytes(commonName, algorithm, sized(ca));
          const real = leaf.certificate.length;
          assert.ok(real <= bound && bound < real * 1.15, `${name}: ${String(real)} of ${String(bound)}`);
        }
        const clusters = [member(1)];
        const { parts: bounds } = peerSecretSize(clusters, new Map(), ({ name }) => name, algorithm);
        const traditional = command === "rsa" ? ["-traditional"] : [];
        const pem = openssl().run([command, ...traditional], openssl().make({ key }).key);
        const bound = bounds["private keys"];
        assert.ok(pem.length <= bound && bound < pem.length * 1.1, `key: ${String(pem.length)} of ${String(bound)}`);
      });
    }
  });
});
