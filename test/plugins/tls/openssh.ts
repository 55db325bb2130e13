import { createHash, randomBytes, type JsonWebKey, type KeyObject } from "node:crypto";
import { toPem } from "./pem";

const CURVES: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

const field = (key: JsonWebKey, name: "n" | "e" | "d" | "p" | "q" | "qi" | "x" | "y") =>
  Buffer.from(key[name] ?? "", "base64url");

function string(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

function mpint(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const trimmed = start < 0 ? Buffer.alloc(0) : bytes.subarray(start);
  return string((trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

interface SshKey {
  readonly type: string;
  readonly publicBlob: Buffer;
  readonly privateFields: Buffer;
}

function sshKey(jwk: JsonWebKey): SshKey {
  if (jwk.kty === "RSA") {
    const [n, e] = [mpint(field(jwk, "n")), mpint(field(jwk, "e"))];
    const secrets = (["d", "qi", "p", "q"] as const).map((name) => mpint(field(jwk, name)));
    return {
      type: "ssh-rsa",
      publicBlob: Buffer.concat([string("ssh-rsa"), e, n]),
      privateFields: Buffer.concat([n, e, ...secrets]),
    };
  }
  if (jwk.kty === "OKP") {
    const point = field(jwk, "x");
    const privateFields = Buffer.concat([string(point), string(Buffer.concat([field(jwk, "d"), point]))]);
    return { type: "ssh-ed25519", publicBlob: Buffer.concat([string("ssh-ed25519"), string(point)]), privateFields };
  }
  const curve = CURVES[jwk.crv ?? ""] ?? "";
  const type = `ecdsa-sha2-${curve}`;
  const point = Buffer.concat([Buffer.from([4]), field(jwk, "x"), field(jwk, "y")]);
  const publicFields = Buffer.concat([string(curve), string(point)]);
  return {
    type,
    publicBlob: Buffer.concat([string(type), publicFields]),
    privateFields: Buffer.concat([publicFields, mpint(field(jwk, "d"))]),
  };
}

function envelope({ type, publicBlob, privateFields }: SshKey): Buffer {
  const check = randomBytes(4);
  const open = Buffer.concat([check, check, string(type), privateFields, string("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (open.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  return Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    one,
    string(publicBlob),
    string(Buffer.concat([open, padding])),
  ]);
}

/** The OpenSSH forms of a key. */
export interface OpenSsh {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly md5: string;
  readonly sha256: string;
}

/** All empty for ECDSA on P-224, which OpenSSH does not know. */
export function openSsh(key: KeyObject): OpenSsh {
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1")
    return { privateKey: "", publicKey: "", md5: "", sha256: "" };
  const ssh = sshKey(key.export({ format: "jwk" }));
  const md5 = createHash("md5").update(ssh.publicBlob).digest("hex");
  return {
    privateKey: toPem("OPENSSH PRIVATE KEY", envelope(ssh)),
    publicKey: `${ssh.type} ${ssh.publicBlob.toString("base64")}\n`,
    md5: md5.match(/../g)?.join(":") ?? "",
    sha256: `SHA256:${createHash("sha256").update(ssh.publicBlob).digest("base64").replace(/=+$/, "")}`,
  };
}
