import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { text } from "node:stream/consumers";
import { messageOf } from "./run";

/** An answer's status and body, or why there was none. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly reason: string };

const TIMEOUT_MS = 5_000;

/** Asks a server of the lab. Not reaching it is an answer too, for the callers poll. @param tls Absent for plain http. */
export function ask(url: string, tls?: Readonly<Record<"ca" | "cert" | "key", Buffer>>): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, agent: false, ...tls };
    const failed = (error: unknown): void => {
      resolve({ kind: "failed", reason: messageOf(error) });
    };
    const get = tls === undefined ? httpGet : httpsGet;
    const request = get(url, options, (response) => {
      text(response).then((body) => {
        resolve({ kind: "answered", status: response.statusCode ?? 0, body });
      }, failed);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", failed);
  });
}
