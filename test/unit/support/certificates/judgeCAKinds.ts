import assert from "node:assert/strict";
import { caFiles } from "../../../../components/certificates/model/adoptedCa";
import { caWarnings, validateAdoptedCa } from "../../../../components/certificates/model/validateCa";
import { usingOpenSsl } from "../../../support/openssl";
import { lines } from "../mesh/mesh";
import type { CAKind } from "./caKinds";

/** CAs of these kinds, as a suite. What Go 1.26 does with each was tried: with those not refused it signs, and an agent and an etcd then talk. */
export function describeCAKinds(kinds: readonly CAKind[]): void {
  describe("model: a CA, as the Go programs judge it that use it", function () {
    this.timeout("20s");
    const openssl = usingOpenSsl();

    for (const { name, make, refused, warned, hosts } of kinds) {
      it(`${name}: ${refused === undefined ? "can sign" : "is refused"}${warned === undefined ? "" : ", with a warning"}`, () => {
        const authority = make(openssl());
        const at = { property: "ca" };
        const problems = lines(validateAdoptedCa(at, authority, new Date(), hosts)).join("\n");
        if (refused !== undefined) {
          assert.match(problems, refused);
          return;
        }
        assert.equal(problems, "");
        const warnings = lines(caWarnings(at, authority)).join("\n");
        assert.match(warnings, warned ?? /^$/);
        const { certificate, privateKey } = caFiles(authority);
        assert.match(
          certificate,
          /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/,
        );
        assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
      });
    }
  });
}
