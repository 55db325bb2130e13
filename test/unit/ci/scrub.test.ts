import assert from "node:assert/strict";
import { scrub } from "../../../ci/scrub";

const BODY = "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAq7BFUpkGp3+LQmlQ";
const pem = (label: string, newline: string) =>
  [`-----BEGIN ${label}-----`, BODY, BODY, "QUJD", `-----END ${label}-----`].join(newline);

describe("scrub", () => {
  const forms = {
    "a private key": pem("EC PRIVATE KEY", "\n"),
    "a certificate": pem("CERTIFICATE", "\n"),
    "a key in one line with escaped newlines": pem("PRIVATE KEY", "\\n"),
    "a key that is indented as a diff": pem("PRIVATE KEY", "\n      + "),
    "a key that Pulumi cut in one line": `-----BEGIN PRIVATE KEY-----\\n${BODY}...`,
    "a key that Pulumi cut after some lines": `-----BEGIN PRIVATE KEY-----\n   ${BODY}\n   ${BODY}...`,
    "a key in base64": Buffer.from(pem("PRIVATE KEY", "\n")).toString("base64"),
  };
  for (const [name, text] of Object.entries(forms)) {
    it(`takes out ${name} and leaves what is around it`, () => {
      const scrubbed = scrub(`before: "${text}"\nafter`, []);
      assert.doesNotMatch(scrubbed, /MIIBVg|AkEAq7|BEGIN|LS0t|QUJD/);
      assert.match(scrubbed, /^before: "\[.* removed\]/);
      assert.match(scrubbed, /\nafter$/);
    });
  }

  it("leaves what stands between two cut values", () => {
    const cut = `-----BEGIN CERTIFICATE-----\\n${BODY}..."`;
    const scrubbed = scrub(`${cut}\nkept\n${cut}\n${pem("CERTIFICATE", "\n")}\nkept too`, []);
    assert.equal(scrubbed, "[CERTIFICATE removed]\nkept\n[CERTIFICATE removed]\n[CERTIFICATE removed]\nkept too");
  });

  it("takes out the given values, but no short ones", () => {
    assert.equal(scrub("token pul-0123456789 of the abc", ["pul-0123456789", "abc"]), "token [removed] of the abc");
  });

  it("leaves an ordinary preview as it is", () => {
    const preview = "+ kubernetes:core/v1:Secret: (create)\n    data: [secret]\nResources:\n    + 35 to create\n";
    assert.equal(scrub(preview, ["a-long-secret"]), preview);
  });
});
