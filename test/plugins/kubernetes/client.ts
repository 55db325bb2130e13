import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { isPlainMap, type Plain, type PlainMap } from "../shared/value";
import { giveUpOnSilence } from "./health";
import type { Connection } from "./kubeconfig";

const CONNECT_MS = 30_000;
const HANDSHAKE_MS = 10_000;

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: number,
    readonly reason: string,
    readonly details: PlainMap,
  ) {
    super(message);
  }

  /** The first cause of a kind, such as `FieldValueRequired`. */
  causeOf(kind: string): PlainMap | undefined {
    const causes = Array.isArray(this.details["causes"]) ? this.details["causes"].filter(isPlainMap) : [];
    return causes.find(({ reason }) => reason === kind);
  }
}

export const isApiError = (error: unknown, reason: string): error is ApiError =>
  error instanceof ApiError && error.reason === reason;

/** One call to the API server. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Plain;
  readonly contentType?: string;
  readonly accept?: string;
}

function failure(status: number, text: string): ApiError {
  try {
    const answer = JSON.parse(text) as Plain;
    if (isPlainMap(answer) && typeof answer["message"] === "string") {
      const details = isPlainMap(answer["details"]) ? answer["details"] : {};
      return new ApiError(
        answer["message"],
        status,
        typeof answer["reason"] === "string" ? answer["reason"] : "",
        details,
      );
    }
  } catch {
    // Not every proxy answers in JSON.
  }
  return new ApiError(text.trim() || `the server answered with status ${String(status)}`, status, "", {});
}

/** The API server of one cluster, over HTTP with the credentials of a kubeconfig. */
export class Client {
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly tls: ConnectionOptions;

  constructor(
    private readonly target: Connection,
    /** Milliseconds for a whole call; none when undefined. */
    private readonly limit: number | undefined,
    private readonly cancelled: AbortSignal,
  ) {
    this.tls = {
      ca: target.ca,
      cert: target.certificate,
      key: target.key,
      rejectUnauthorized: target.verify,
      ...(target.serverName === undefined ? {} : { servername: target.serverName }),
    };
    this.agent =
      target.server.protocol === "http:"
        ? new HttpAgent({ keepAlive: true })
        : new HttpsAgent({ keepAlive: true, ...this.tls });
  }

  /** @throws ApiError when the server refuses, another error when it cannot be reached. */
  call({
    method,
    path,
    query = {},
    body,
    contentType = "application/json",
    accept = "application/json",
  }: Call): Promise<Plain> {
    const url = new URL(this.target.server.pathname.replace(/\/$/, "") + path, this.target.server);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept,
      ...(payload === undefined ? {} : { "content-type": contentType, "content-length": payload.length }),
      ...(this.target.token === undefined ? {} : { authorization: `Bearer ${this.target.token}` }),
    };
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, { method, headers, agent: this.agent, signal: this.cancelled }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(JSON.parse(text) as Plain);
          else reject(failure(status, text));
        });
      });
      request.on("socket", (socket) => {
        if (!socket.connecting) return;
        const within = (ms: number, reason: string, done: string) => {
          const timer = setTimeout(() => request.destroy(new Error(reason)), ms);
          for (const event of [done, "close"]) {
            socket.once(event, () => {
              clearTimeout(timer);
            });
          }
        };
        within(CONNECT_MS, `dial tcp ${url.host}: i/o timeout`, "connect");
        if (url.protocol === "https:") {
          socket.once("connect", () => {
            within(HANDSHAKE_MS, "net/http: TLS handshake timeout", "secureConnect");
          });
        }
      });
      if (this.limit !== undefined) {
        request.setTimeout(this.limit, () =>
          request.destroy(new Error(`${method} ${url.host}: no answer within the client's timeout`)),
        );
      } else {
        giveUpOnSilence(request, { url, tls: this.tls });
      }
      request.on("error", (error) => {
        reject(new Error(`${method} ${JSON.stringify(url.origin + url.pathname)}: ${error.message}`, { cause: error }));
      });
      request.end(payload);
    });
  }
}
