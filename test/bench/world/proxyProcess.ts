import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request as send } from "node:https";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { realBody, realPath, virtualBody } from "./namespaces";

/** One process for the proxy alone: what it costs is not the cost of what is measured. It ends with the channel to its parent. */

const upstreams = z
  .array(z.object({ server: z.string(), ca: z.string(), cert: z.string(), key: z.string() }))
  .parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")))
  .map(({ server, ...pem }) => ({ server: new URL(server), agent: new Agent({ keepAlive: true, ...pem }) }));

const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host", "upgrade"]);

function passedOn(headers: IncomingMessage["headers"]): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value] as const],
    ),
  );
}

/** Of answers JSON alone can be mapped. What the client would rather have is left out of what it accepts. */
const jsonOnly = (accept = "application/json"): string =>
  accept
    .split(",")
    .filter((kind) => !/protobuf|cbor/.test(kind) || /openapi/.test(kind))
    .join(",") || "application/json";

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

/** A watch answers line by line for as long as it lasts: each is passed on when it is whole. */
async function answer(from: IncomingMessage, cluster: number, to: ServerResponse): Promise<void> {
  to.writeHead(from.statusCode ?? 502, passedOn(from.headers) as Record<string, string>);
  if (!(from.headers["content-type"] ?? "").startsWith("application/json")) {
    from.pipe(to);
    return;
  }
  let rest: Buffer[] = [];
  for await (const chunk of from) {
    const bytes = chunk as Buffer;
    const end = bytes.lastIndexOf("\n") + 1;
    if (end === 0) {
      rest.push(bytes);
      continue;
    }
    const lines = Buffer.concat([...rest, bytes.subarray(0, end)]).toString();
    rest = [bytes.subarray(end)];
    to.write(virtualBody(lines, cluster));
  }
  to.end(virtualBody(Buffer.concat(rest).toString(), cluster));
}

async function ask(message: IncomingMessage, cluster: number, response: ServerResponse): Promise<void> {
  const upstream = upstreams.at((cluster - 1) % upstreams.length);
  const body = await bodyOf(message);
  const type = message.headers["content-type"] ?? "";
  if (upstream === undefined || (body !== "" && !/json|yaml/.test(type))) {
    response.writeHead(415).end(`the proxy maps JSON and YAML only, and this is ${type}`);
    return;
  }
  const path = message.url ?? "/";
  const payload = realBody(body, { path, type }, cluster);
  const headers = {
    ...passedOn(message.headers),
    accept: jsonOnly(message.headers.accept),
    "accept-encoding": "identity",
    ...(payload === "" ? {} : { "content-length": Buffer.byteLength(payload) }),
  };
  const url = new URL(realPath(path, cluster), upstream.server);
  const asked = send(url, { method: message.method ?? "GET", agent: upstream.agent, headers }, (from) => {
    answer(from, cluster, response).catch(() => response.destroy());
  });
  response.on("close", () => {
    if (!response.writableFinished) {
      asked.destroy();
    }
  });
  asked.on("error", (error) => {
    if (response.headersSent) {
      response.destroy();
    } else {
      response.writeHead(502).end(error.message);
    }
  });
  asked.end(payload);
}

/** Listens for one cluster, and says on which port. Paths alone would not do: `kubectl --raw` drops that of the server. */
async function listen(cluster: number): Promise<number> {
  const server = createServer((message, response) => {
    ask(message, cluster, response).catch(() => response.destroy());
  });
  // A client that goes on using its connection must never meet one that the proxy is just closing.
  server.keepAliveTimeout = 600_000;
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the proxy has no port");
  }
  return address.port;
}

process.on("disconnect", () => process.exit(0));
void Promise.all(Array.from({ length: Number(process.argv[3]) + 1 }, (_, cluster) => listen(cluster))).then((ports) =>
  process.send?.({ ports }),
);
