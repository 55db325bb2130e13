import assert from "node:assert/strict";
import { CA_KINDS } from "../../../support/certificates/caKinds";
import { describeCAKinds } from "../../../support/certificates/judgeCAKinds";

/** One of each sort; the others take long. */
const ONE_OF_EACH = [
  "Ed25519",
  "secp256k1",
  "a key in SEC1 behind its parameters",
  "a key in PKCS #8, encrypted",
  "line ends of Windows",
  "what OpenSSL adds, under the usual label",
  "a second one that is cut off",
  "with a negative serial number",
  "of version 1",
  "for servers alone",
  "with an unknown extension that is critical",
  "with constraints that permit another address",
  "an intermediate alone",
  "an intermediate and its root",
  "an intermediate beneath pathlen 0",
  "an intermediate signed with SHA-1",
  "two CAs of one name, the former one trusted",
];
const kinds = CA_KINDS.filter(({ name }) => ONE_OF_EACH.includes(name));
assert.equal(kinds.length, ONE_OF_EACH.length);

describeCAKinds(kinds);
