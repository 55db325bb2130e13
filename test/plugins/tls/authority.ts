import { X509Certificate } from "node:crypto";
import type { Issuer } from "./certificate";
import { part, parts, read } from "./der";
import { SUBJECT_KEY_ID } from "./extensions";
import { fromPem } from "./pem";

const EXTENSIONS_TAG = 0xa3;
const SUBJECT_INDEX = 5;

/** A certificate as the issuer of others. */
export interface Authority {
  readonly issuer: Extract<Issuer, { kind: "authority" }>;
  readonly isCa: boolean;
}

/** Reads a certificate that is to sign others. */
export function parseAuthority(pem: string): Authority {
  const raw = fromPem("CERTIFICATE", pem);
  const certificate = new X509Certificate(raw);
  const body = part(read(raw), 0);
  const list = parts(body).find(({ tag }) => tag === EXTENSIONS_TAG);
  const extension = (list === undefined ? [] : parts(part(list, 0))).find((item) =>
    part(item, 0).raw.equals(SUBJECT_KEY_ID),
  );
  const value = extension && parts(extension).at(-1);
  return {
    issuer: {
      kind: "authority",
      name: part(body, SUBJECT_INDEX).raw,
      keyId: value && read(value.content).content,
      publicKey: certificate.publicKey,
    },
    isCa: certificate.ca,
  };
}
