import assert from "node:assert/strict";
import { SecretSearch } from "../../../../look/model/redact";
import { kubeconfigSecrets } from "../../../../look/model/secrets";
import { tar } from "../../../../look/model/tar";

const b64 = (text: string) => Buffer.from(text).toString("base64");
const HEAD = ["-----BEGIN", "RSA PRIVATE", "KEY-----"].join(" ");

describe("model: secrets in a text", () => {
  const search = new SecretSearch([{ what: "the token", text: "abcdefgh-ijklmnop-0123456789-qrstuvwx-yz" }]);

  for (const [form, text] of [
    ["as it is", "abcdefgh-ijklmnop-0123456789-qrstuvwx-yz"],
    ["in base64", b64("abcdefgh-ijklmnop-0123456789-qrstuvwx-yz")],
    ["in base64 with more around it", b64("user:abcdefgh-ijklmnop-0123456789-qrstuvwx-yz@x")],
    ["twice in base64", b64(b64("abcdefgh-ijklmnop-0123456789-qrstuvwx-yz"))],
    ["broken into lines", "abcdefgh-ijklmnop-012345\n6789-qrstuvwx-yz"],
  ] as const) {
    it(`are found ${form}, and named`, () => {
      const { text: rest, removed } = search.redact(`before ${text} behind`);
      assert.deepEqual(removed, ["the token"]);
      assert.ok(rest.startsWith("before "), rest);
      assert.deepEqual(search.found(rest), []);
    });
  }

  for (const text of [
    `${HEAD}\nMIIEabc\n-----END RSA PRIVATE KEY-----`,
    `${HEAD}\\nMIIEabc`,
    `| ${HEAD}\n| MIIEabcdefghij`,
    b64(`${HEAD}\nMIIE`),
  ]) {
    it(`are private keys that nobody has told of: ${JSON.stringify(text.slice(0, 12))}`, () => {
      const { text: rest, removed } = new SecretSearch([]).redact(`a ${text} b`);
      assert.deepEqual(removed, ["a private key"]);
      assert.ok(!rest.includes("MIIE"), rest);
    });
  }

  it("are tokens that nobody has told of", () => {
    const jwt = ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJzeXN0ZW0ifQ", "c2lnbmF0dXJl"].join(".");
    assert.deepEqual(new SecretSearch([]).redact(`x ${jwt} y`), {
      text: "x [removed: a token] y",
      removed: ["a token"],
    });
    assert.equal(
      new SecretSearch([]).redact("Authorization: Bearer 0123456789abcdef01").text,
      "Authorization: Bearer [removed: a token]",
    );
  });

  it("are not what is no secret", () => {
    const text =
      "endpoints: https://10.1.1.1:2379, subject CN=remote, -----BEGIN CERTIFICATE-----\nMIIBabcdefghijklmnopqrstuvwxyz";
    assert.deepEqual(search.redact(text), { text, removed: [] });
  });
});

describe("model: secrets of a kubeconfig", () => {
  it("are what its users log in with, and no paths or names", () => {
    const user = {
      token: "token-0123",
      username: "administrator",
      "client-key": "/home/me/.kube/key",
      exec: { command: "aws-login", env: [{ name: "AWS_SECRET", value: "value-0123" }] },
      "auth-provider": { config: { "id-token": "id-token-0123" } },
    };
    assert.deepEqual(
      kubeconfigSecrets({ users: [{ user }] }).map(({ text }) => text),
      ["token-0123", "value-0123", "id-token-0123"],
    );
    assert.deepEqual(kubeconfigSecrets(null), []);
    assert.deepEqual(kubeconfigSecrets({ users: "x" }), []);
  });
});

describe("model: tar", () => {
  it("refuses names that lead elsewhere in disguise, or are too long", () => {
    assert.throws(() => tar([{ name: "a\u0000b", text: "" }], new Date()), /is no name for an archive/);
    assert.throws(() => tar([{ name: "a".repeat(101), text: "" }], new Date()), /is no name for an archive/);
  });
});
