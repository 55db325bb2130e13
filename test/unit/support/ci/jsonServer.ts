import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What is sent with a request. */
export type Payload = Readonly<Partial<Record<string, string>>>;

/** A request to a code host. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  /** Of GitHub with what it begins with, `Bearer`. */
  readonly token: string;
  readonly payload: Payload;
}

async function payloadOf(request: IncomingMessage): Promise<Payload> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Payload);
}

/** A code host on loopback: answers in JSON, and forbids what has no answer. */
export class JsonServer {
  private readonly server: Server;

  /** @param answer To a request; `undefined` where it is forbidden. */
  constructor(answer: (request: Request) => unknown) {
    this.server = createServer((request, response) => {
      void payloadOf(request).then((payload) => {
        const { method = "", headers } = request;
        const url = new URL(request.url ?? "", "http://host");
        const token = String(headers.authorization ?? headers["private-token"]);
        const found = answer({ method, url, token, payload });
        response.writeHead(found === undefined ? 403 : 200).end(JSON.stringify(found ?? { message: "Forbidden" }));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
