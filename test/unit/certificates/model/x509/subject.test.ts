import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { alternativeNamesOf, commonNameOf } from "../../../../../components/certificates/model/x509/subject";
import { certificateOf } from "../../../../../components/certificates/model/x509/certificate";
import { usingOpenSsl } from "../../../../support/openssl";

describe("model: whom and what a certificate is for", function () {
  this.timeout("20s");
  const openssl = usingOpenSsl();
  const made = (subject: string, names: readonly string[] = []): X509Certificate => {
    const extensions = names.length === 0 ? [] : ["subjectAltName=@names", "[names]", ...names];
    return certificateOf(openssl().make({ subject, extensions }).certificate).x509;
  };

  it("is its CN, the last of several, or nothing", () => {
    assert.equal(commonNameOf(made("/O=x/CN=admin-a")), "admin-a");
    assert.equal(commonNameOf(made("/CN=first/O=CN=no/CN=last")), "last");
    assert.equal(commonNameOf(made("/O=x")), undefined);
  });

  it("are its DNS names and addresses, and nothing that another kind of name only holds", () => {
    const x509 = made("/CN=x", [
      ...["DNS.1=*.mesh.cilium.io", "IP.1=127.0.0.1", "URI.1=https://a/, DNS:b"],
      ...["DNS.2=c.svc", "IP.2=fd00::1", "email.1=d@e"],
    ]);
    const { dnsNames, ipAddresses } = alternativeNamesOf(x509);
    assert.deepEqual(
      [dnsNames, ipAddresses],
      [
        ["*.mesh.cilium.io", "c.svc"],
        ["127.0.0.1", "FD00:0:0:0:0:0:0:1"],
      ],
    );
    assert.deepEqual(alternativeNamesOf(made("/CN=x")), { dnsNames: [], ipAddresses: [] });
  });
});
