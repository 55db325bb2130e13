import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";

/** What a server is trusted with and shown; plain http when left out. */
export interface TlsClient {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An answer's status and body, or why there was none. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly reason: string };

const TIMEOUT_MS = 5_000;

/** Asks a server of the lab. Not reaching it is an answer too, for the callers poll. */
export function ask(url: string, tls?: TlsClient): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, agent: false, ...tls };
    const get = tls === undefined ? httpGet : httpsGet;
    const request = get(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => {
        resolve({ kind: "failed", reason: error.message });
      });
      response.on("end", () => {
        resolve({ kind: "answered", status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error) => {
      resolve({ kind: "failed", reason: error.message });
    });
  });
}
