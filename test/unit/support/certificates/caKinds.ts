import type { AdoptedCA } from "../../../../components/settings/model/ca";
import { CA_EXTENSIONS, EC, RSA, type Made, type OpenSsl } from "../../../support/openssl";

/** A kind of CA, and what is to be said of it: nothing, a warning, or why it is refused. */
export interface CAKind {
  readonly name: string;
  readonly make: (openssl: OpenSsl) => AdoptedCA;
  readonly warned?: RegExp;
  readonly refused?: RegExp;
  /** Go would take it, and this program does not: why. */
  readonly strict?: string;
  readonly hosts?: readonly string[];
}

type Said = Omit<CAKind, "name" | "make">;

const given = ({ certificate, key }: Made): AdoptedCA => ({ certificate, privateKey: key });
const CA = CA_EXTENSIONS;
const BASIC = "basicConstraints=critical,CA:TRUE";
const SIGNS = "keyUsage=critical,keyCertSign";

const withKey = (name: string, key: readonly string[], said: Said = {}): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => given(openssl.make({ key })),
});
const withExtensions = (name: string, extensions: readonly string[], said: Said = {}): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => given(openssl.make({ extensions })),
});
const signedWith = (name: string, sign: readonly string[], said: Said = {}): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => given(openssl.make({ sign, key: RSA(2048) })),
});
/** A sound CA whose certificate or key is then written otherwise. */
const inText = (name: string, change: (made: Made, openssl: OpenSsl) => Partial<Made>, said: Said = {}): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => {
    const made = openssl.make();
    return given({ ...made, ...change(made, openssl) });
  },
});
/** For a host, with constraints on the names of what it signs. */
const constrained = (name: string, constraint: string, host: string, said: Said = {}): CAKind =>
  withExtensions(`with constraints ${name}`, [...CA, `nameConstraints=critical,${constraint}`], {
    hosts: [host],
    ...said,
  });
const named = (name: string, subject: string, mask: string, said: Said = {}): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => given(openssl.make({ subject, config: [`string_mask = ${mask}`], request: ["-utf8"] })),
});

/** Extensions of a root and of an intermediate below it, and more arguments with which the latter is signed. */
type Chain = Readonly<Partial<Record<"root" | "own" | "sign", readonly string[]>>>;

/** An intermediate below a root. */
const below = (
  name: string,
  chain: (root: Made, intermediate: Made, openssl: OpenSsl) => AdoptedCA,
  said: Said = {},
  options: Chain = {},
): CAKind => ({
  ...{ name, ...said },
  make: (openssl) => {
    const root = openssl.make({ subject: "/CN=root", extensions: options.root ?? CA });
    const own = { by: root, extensions: options.own ?? CA, sign: options.sign ?? [] };
    return chain(root, openssl.make(own), openssl);
  },
});
const whole = (root: Made, own: Made): AdoptedCA => ({
  certificate: own.certificate + root.certificate,
  privateKey: own.key,
});

const KEYS: readonly CAKind[] = [
  withKey("P-256", EC("P-256")),
  withKey("P-384", EC("P-384")),
  withKey("P-521", EC("P-521")),
  withKey("P-224", EC("P-224")),
  withKey("Ed25519", ["-algorithm", "ED25519"]),
  withKey("RSA 2048", RSA(2048)),
  withKey("RSA 3072", RSA(3072)),
  withKey("RSA 1024", RSA(1024), { warned: /1024 bits/ }),
  withKey("RSA 768", RSA(768), { refused: /768 bits/ }),
  withKey("secp256k1", EC("secp256k1"), { refused: /curve/ }),
  withKey("brainpool", EC("brainpoolP256r1"), { refused: /curve/ }),
  withKey("a curve that is described", EC("P-256", "-pkeyopt", "ec_param_enc:explicit"), { refused: /curve/ }),
  withKey("Ed448", ["-algorithm", "ED448"], { refused: /Ed448|ed448/ }),
  withKey("RSA-PSS", ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], { refused: /PSS|pss/ }),
  withKey("RSA with an exponent of 5 bytes", [...RSA(2048), "-pkeyopt", "rsa_keygen_pubexp:4294967297"], {
    refused: /exponent|cannot be read/,
  }),
  {
    name: "DSA",
    refused: /DSA|dsa/,
    make: (openssl) => {
      const parameters = openssl.file(openssl.run(["dsaparam", "2048"]));
      return given(openssl.make({ key: ["-paramfile", parameters] }));
    },
  },
];

const ENCODINGS: readonly CAKind[] = [
  inText("a key in SEC1", (made, o) => ({ key: o.run(["ec"], made.key) })),
  inText("a key in SEC1 behind its parameters", (made, o) => ({
    key: o.run(["ecparam", "-name", "prime256v1"]) + o.run(["ec"], made.key),
  })),
  {
    name: "a key in PKCS #1",
    make: (o) => {
      const made = o.make({ key: RSA(2048) });
      return given({ ...made, key: o.run(["rsa", "-traditional"], made.key) });
    },
  },
  inText("a key in PKCS #8, encrypted", (m, o) => ({ key: o.run(["pkcs8", "-topk8", "-passout", "pass:x"], m.key) }), {
    refused: /encrypted/,
  }),
  inText("a key in SEC1, encrypted", (m, o) => ({ key: o.run(["ec", "-aes128", "-passout", "pass:x"], m.key) }), {
    refused: /encrypted/,
  }),
  inText("two keys", (m, o) => ({ key: m.key + o.make().key }), {
    refused: /holds 2 private keys/,
    strict: "the wrong one may come first",
  }),
  inText("certificate and key in the file of the key", (m) => ({ key: m.certificate + m.key })),
  inText("a public key", (m, o) => ({ key: o.run(["pkey", "-pubout"], m.key) }), {
    refused: /cannot be read/,
  }),
  inText(
    "SEC1 under the label of PKCS #8",
    (m, o) => ({ key: o.run(["ec"], m.key).replaceAll("EC PRIVATE", "PRIVATE") }),
    { refused: /cannot be read/ },
  ),
  inText("line ends of Windows", (m) => ({
    certificate: m.certificate.replaceAll("\n", "\r\n"),
    key: m.key.replaceAll("\n", "\r\n"),
  })),
  inText("line ends of old Macs", (m) => ({
    certificate: m.certificate.replaceAll("\n", "\r"),
    key: m.key.replaceAll("\n", "\r"),
  })),
  inText("a byte order mark", (m) => ({ certificate: `\uFEFF${m.certificate}`, key: `\uFEFF${m.key}` })),
  inText("no line end in the end", (m) => ({ certificate: m.certificate.trim(), key: m.key.trim() })),
  inText("text around the blocks", (m) => ({
    certificate: `Certificate:\n    Data: x\n${m.certificate}\nend\n`,
    key: `x\n${m.key}y`,
  })),
  inText("indented", (m) => ({
    certificate: m.certificate.replaceAll(/^/gm, "  "),
    key: m.key.replaceAll(/^/gm, "\t"),
  })),
  inText("one line of base64", (m) => ({ certificate: oneLine(m.certificate) })),
  inText("a label of OpenSSL's own", (m, o) => ({ certificate: o.run(["x509", "-trustout"], m.certificate) }), {
    refused: /TRUSTED CERTIFICATE/,
  }),
  inText(
    "what OpenSSL adds, under the usual label",
    (m, o) => ({
      certificate: o.run(["x509", "-trustout", "-addtrust", "serverAuth"], m.certificate).replaceAll("TRUSTED ", ""),
    }),
    { refused: /data behind it/ },
  ),
  inText("a request", (m, o) => ({ certificate: o.run(["req", "-new", "-key", o.file(m.key), "-subj", "/CN=x"]) }), {
    refused: /CERTIFICATE REQUEST/,
  }),
  inText("a certificate that is cut off", (m) => ({ certificate: m.certificate.slice(0, 300) }), {
    refused: /cannot be read/,
  }),
  inText("a second one that is cut off", (m) => ({ certificate: m.certificate + m.certificate.slice(0, 300) }), {
    refused: /cannot be read/,
    strict: "Go reads past a block that it cannot decode",
  }),
  inText("a lost letter", (m) => ({ certificate: m.certificate.replace("\nMII", "\nMI") }), {
    refused: /cannot be read/,
  }),
  inText("nothing", () => ({ certificate: "" }), { refused: /cannot be read/ }),
  inText("escaped line ends", (m) => ({ certificate: m.certificate.replaceAll("\n", "\\n") }), {
    refused: /cannot be read/,
  }),
  inText("very much of it", (m) => ({ certificate: m.certificate + " ".repeat(100_000) }), {
    refused: /characters long/,
    strict: "bounded",
  }),
  inText("the certificate twice", (m) => ({ certificate: m.certificate + m.certificate }), {
    refused: /has not signed/,
    strict: "a slip",
  }),
  inText("a key behind the certificate", (m) => ({ certificate: m.certificate + m.key }), {
    refused: /holds a private key/,
    strict: "it would go to every cluster",
  }),
  inText("another's key", (_, o) => ({ key: o.make().key }), { refused: /does not belong/ }),
  inText("another's key of another family", (_, o) => ({ key: o.make({ key: RSA(2048) }).key }), {
    refused: /does not belong/,
  }),
];

function oneLine(pem: string): string {
  const [begin = "", ...rest] = pem.trim().split("\n");
  return `${begin}\n${rest.slice(0, -1).join("")}\n${rest.at(-1) ?? ""}\n`;
}

const UNNAMED: Said = { refused: /name constraints/ };

const FIELDS: readonly CAKind[] = [
  signedWith("signed with SHA-1", ["-sha1"], { warned: /SHA-1/ }),
  signedWith("signed with MD5", ["-md5"], { warned: /MD5/ }),
  signedWith("signed with RSA-PSS", ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]),
  signedWith(
    "signed with RSA-PSS and another salt",
    ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"],
    { warned: /do not know/ },
  ),
  signedWith("signed with SHA-512", ["-sha512"]),
  signedWith("with a negative serial number", ["-set_serial", "-5"], { refused: /serial/ }),
  signedWith("with serial number 0", ["-set_serial", "0"]),
  signedWith("with a serial number of 24 bytes", ["-set_serial", `0x${"7f".repeat(24)}`]),
  signedWith("expired", ["-days", "-1"], { refused: /has expired/ }),
  signedWith("that lives until 9999", ["-days", "2900000"]),
  withExtensions("of version 1", [], { warned: /version 3/ }),
  withExtensions("without basic constraints", [SIGNS], { refused: /is not a CA/ }),
  withExtensions("that says it is none", ["basicConstraints=CA:FALSE", SIGNS], { refused: /is not a CA/ }),
  withExtensions("with basic constraints that are not critical", ["basicConstraints=CA:TRUE", SIGNS]),
  withExtensions("with pathlen 0", ["basicConstraints=critical,CA:TRUE,pathlen:0", SIGNS]),
  withExtensions("without key usage", [BASIC]),
  withExtensions("that may not sign", [BASIC, "keyUsage=critical,digitalSignature"], { refused: /key usage/ }),
  withExtensions("for servers alone", [...CA, "extendedKeyUsage=serverAuth"], { refused: /not for clients/ }),
  withExtensions("for clients alone", [...CA, "extendedKeyUsage=clientAuth"], { refused: /not for servers/ }),
  withExtensions("for both", [...CA, "extendedKeyUsage=clientAuth,serverAuth"]),
  withExtensions("for anything", [...CA, "extendedKeyUsage=anyExtendedKeyUsage"]),
  withExtensions("for something else", [...CA, "extendedKeyUsage=codeSigning"], { refused: /not for clients/ }),
  withExtensions("with an unknown extension", [...CA, "1.2.3.4=ASN1:NULL"]),
  withExtensions("with an unknown extension that is critical", [...CA, "1.2.3.4=critical,ASN1:NULL"], {
    refused: /1\.2\.3\.4/,
  }),
  withExtensions("with a known one of another standard that is critical", [...CA, "nsCertType=critical,sslCA"], {
    refused: /2\.16\.840/,
  }),
  withExtensions("with a key identifier that is critical", [...CA, "subjectKeyIdentifier=critical,hash"], {
    refused: /critical/,
  }),
  withExtensions("with policies", [...CA, "certificatePolicies=1.2.3.4"]),
  withExtensions("with a demand for policies at the root", [
    ...CA,
    "policyConstraints=critical,requireExplicitPolicy:0",
  ]),
  constrained("that permit the endpoint's name", "permitted;DNS:example.com", "etcd.example.com"),
  constrained("that permit another name", "permitted;DNS:example.com", "etcd.badexample.com", UNNAMED),
  constrained("that exclude the name", "excluded;DNS:example.com", "etcd.example.com", UNNAMED),
  constrained("that permit only names beneath", "permitted;DNS:.example.com", "example.com", UNNAMED),
  constrained("on names, for an address", "permitted;DNS:example.com", "10.1.2.3"),
  constrained("that permit the address", "permitted;IP:10.1.0.0/255.255.0.0", "10.1.2.3"),
  constrained("that permit another address", "permitted;IP:10.2.0.0/255.255.0.0", "10.1.2.3", UNNAMED),
  constrained("that permit no address of v6", "permitted;IP:10.0.0.0/255.0.0.0", "fd00::1", UNNAMED),
  withExtensions(
    "with constraints of another kind",
    [...CA, "nameConstraints=critical,permitted;dirName:dn", "[dn]", "CN=x"],
    { refused: /2\.5\.29\.30/ },
  ),
  named("with a name in UTF-8", "/CN=Zertifizierungsstelle Köln", "utf8only"),
  named("with a name in BMP", "/CN=Zertifizierungsstelle Köln", "MASK:0x800"),
];

const ANCHORED = "Go takes it where etcd trusts the intermediate itself";

const CHAINS: readonly CAKind[] = [
  below("an intermediate alone", (_, own) => given(own)),
  below("an intermediate and its root", whole),
  below("a root before its intermediate", (root, own) => ({
    certificate: root.certificate + own.certificate,
    privateKey: own.key,
  })),
  below(
    "the root of an intermediate, with the root's key",
    (root, own) => ({ certificate: own.certificate + root.certificate, privateKey: root.key }),
    { refused: /has not signed the CA of the key/, strict: "a slip" },
  ),
  below(
    "an intermediate beside another root",
    (_, own, o) => ({
      certificate: own.certificate + o.make({ subject: "/CN=else" }).certificate,
      privateKey: own.key,
    }),
    { refused: /has not signed/, strict: "a slip" },
  ),
  below(
    "an intermediate beneath pathlen 0",
    whole,
    { refused: /pathlen/, strict: ANCHORED },
    { root: ["basicConstraints=critical,CA:TRUE,pathlen:0", SIGNS] },
  ),
  below(
    "an intermediate beneath pathlen 1",
    whole,
    {},
    { root: ["basicConstraints=critical,CA:TRUE,pathlen:1", SIGNS] },
  ),
  below("an intermediate signed with SHA-1", whole, { refused: /SHA-1/, strict: ANCHORED }, { sign: ["-sha1"] }),
  below("an intermediate signed with SHA-1, alone", (_, own) => given(own), { warned: /SHA-1/ }, { sign: ["-sha1"] }),
  below(
    "an intermediate that demands policies",
    whole,
    { refused: /policy/, strict: ANCHORED },
    { own: [...CA, "policyConstraints=critical,requireExplicitPolicy:0"] },
  ),
  below(
    "an intermediate below a root for servers alone",
    whole,
    { refused: /not for clients/, strict: ANCHORED },
    { root: [...CA, "extendedKeyUsage=serverAuth"] },
  ),
  below("an intermediate that is no CA", whole, { refused: /is not a CA/ }, { own: ["basicConstraints=CA:FALSE"] }),
  below(
    "an intermediate of version 1",
    whole,
    { refused: /version 3|not a CA/, strict: "Go takes version 1 for an anchor" },
    { own: [] },
  ),
  {
    name: "two intermediates and their root",
    make: (o) => {
      const root = o.make({ subject: "/CN=root" });
      const middle = o.make({ subject: "/CN=middle", by: root });
      const own = o.make({ by: middle });
      return { certificate: own.certificate + middle.certificate + root.certificate, privateKey: own.key };
    },
  },
  {
    name: "two CAs of one name, the former one trusted",
    make: (o) => ({ ...given(o.make()), trusted: [o.make().certificate] }),
  },
  {
    name: "a CA renewed with its key, the former certificate trusted",
    make: (o) => {
      const old = o.make();
      return { ...given(o.make({ sameKey: old })), trusted: [old.certificate] };
    },
  },
  {
    name: "a CA for clients, and one for servers trusted",
    make: (o) => ({
      ...given(o.make({ extensions: [...CA, "extendedKeyUsage=clientAuth"] })),
      trusted: [o.make({ extensions: [...CA, "extendedKeyUsage=serverAuth"] }).certificate],
    }),
  },
  {
    name: "a sound CA, and one of a curve that Go does not know trusted",
    refused: /trusted\[0\].*curve/,
    make: (o) => ({ ...given(o.make()), trusted: [o.make({ key: EC("secp256k1") }).certificate] }),
  },
];

/** CAs of every kind that people have. */
export const CA_KINDS: readonly CAKind[] = [...KEYS, ...ENCODINGS, ...FIELDS, ...CHAINS];
