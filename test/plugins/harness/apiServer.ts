import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { z } from "zod";
import { isPlainMap, type Plain, type PlainMap } from "../shared/value";
import type { KubeObject } from "./object";

const kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.base64() }) })]),
  users: z.tuple([
    z.object({ user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }) }),
  ]),
});

/** One call to the API server. */
export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: PlainMap;
  readonly contentType?: string;
}

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The API server of a lab with one cluster, as its administrator. */
export class ApiServer {
  private readonly server: string;
  private readonly agent: Agent;

  constructor(kubeconfigFile: string) {
    const { clusters, users } = kubeconfig.parse(JSON.parse(readFileSync(kubeconfigFile, "utf8")));
    const [{ cluster }] = clusters;
    const [{ user }] = users;
    const pem = (base64: string) => Buffer.from(base64, "base64");
    this.server = cluster.server;
    this.agent = new Agent({
      keepAlive: true,
      ca: pem(cluster["certificate-authority-data"]),
      cert: pem(user["client-certificate-data"]),
      key: pem(user["client-key-data"]),
    });
  }

  /** @throws ApiError when the server refuses. */
  async call({ method, path, query = {}, body, contentType = "application/json" }: Call): Promise<KubeObject> {
    const url = new URL(`${path}?${new URLSearchParams(query).toString()}`, this.server);
    const payload = body === undefined ? "" : JSON.stringify(body);
    const headers = body === undefined ? {} : { "content-type": contentType };
    const { status, text } = await new Promise<{ readonly status: number; readonly text: string }>(
      (resolve, reject) => {
        const asked = request(url, { method, headers, agent: this.agent }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
        });
        asked.on("error", reject);
        asked.end(payload);
      },
    );
    if (status < 200 || status >= 300) throw new ApiError(status, `${method} ${path}: ${String(status)} ${text}`);
    const answer = JSON.parse(text) as Plain;
    if (!isPlainMap(answer)) throw new Error(`${method} ${path}: the API server answered ${text}`);
    return answer;
  }
}
