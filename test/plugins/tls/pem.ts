import { createPrivateKey, type KeyObject } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----/;

/** PEM with lines of 64 columns and a newline at its end, as Go's `encoding/pem` writes it. */
export function toPem(type: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join("\n")}\n-----END ${type}-----\n`;
}

/** The first block of a PEM text, which must be of the given type. */
export function fromPem(type: string, pem: string): Buffer {
  const match = BLOCK.exec(pem);
  if (match === null) throw new Error(`failed to decode PEM of expected type ${JSON.stringify(type)} from bytes`);
  if (match[1] !== type)
    throw new Error(`invalid PEM type - expected ${JSON.stringify(type)}, got ${JSON.stringify(match[1])}`);
  return Buffer.from(match[2] ?? "", "base64");
}

/** A private key out of PKCS#1, SEC 1 or PKCS#8 PEM. */
export function privateKey(pem: string): KeyObject {
  const type = BLOCK.exec(pem)?.[1];
  if (type === undefined) throw new Error("failed to decode PEM block: no PEM data found");
  if (!["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"].includes(type))
    throw new Error(`unsupported PEM preamble/type: ${type}`);
  return createPrivateKey(pem);
}

/** The plugin's name of a key's algorithm. */
export function algorithmOf(key: KeyObject): string {
  const names: Readonly<Record<string, string>> = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };
  const name = names[key.asymmetricKeyType ?? ""];
  if (name === undefined) throw new Error(`unsupported private key type: ${String(key.asymmetricKeyType)}`);
  return name;
}
