import { createHash } from "node:crypto";

/** Sixteen characters that change with the data. */
export function shortHash(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 16);
}
