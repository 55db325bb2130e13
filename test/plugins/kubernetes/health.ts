import type { ClientRequest } from "node:http";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

const seconds = (variable: string, fallback: number) => Number(process.env[variable] ?? fallback) * 1_000;

/** What a server is asked for a sign of life with. */
export interface Health {
  readonly url: URL;
  readonly tls: ConnectionOptions;
}

/** Whether the server still greets somebody who comes anew. */
function isAlive({ url, tls }: Health, limit: number): Promise<boolean> {
  const port = Number(url.port || (url.protocol === "http:" ? 80 : 443));
  const address = { host: url.hostname, port };
  const plain = url.protocol === "http:";
  return new Promise((resolve) => {
    const socket = plain ? connectTcp(address) : connectTls({ ...address, ...tls });
    const end = (alive: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    const timer = setTimeout(end, limit, false);
    socket.once(plain ? "connect" : "secureConnect", () => {
      end(true);
    });
    socket.once("error", () => {
      end(false);
    });
  });
}

/**
 * Gives a call up whose server has gone silent, as the real plugin's HTTP/2 transport does: after 30 s of silence it pings, and 15 s later the
 * connection is lost; client-go's environment variables count. A server that takes its time and lives is waited for.
 */
export function giveUpOnSilence(request: ClientRequest, health: Health): void {
  const silence = seconds("HTTP2_READ_IDLE_TIMEOUT_SECONDS", 30);
  const limit = seconds("HTTP2_PING_TIMEOUT_SECONDS", 15);
  request.setTimeout(silence, () => {
    void isAlive(health, limit).then((alive) => {
      if (alive) giveUpOnSilence(request, health);
      else request.destroy(new Error("http2: client connection lost"));
    });
  });
}
