import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDaemon } from "../host/daemon";
import { inNetworkOf } from "../host/place";
import type { ProcessIdentity } from "../host/processIdentity";

/** Where the gateway listens on this machine, and where in the lab's network it passes connections on to. */
export interface Passage {
  readonly port: number;
  readonly from: string;
  readonly to: string;
}

/** What the gateway is sent: with each listening socket where it leads, and that there are no more. */
export type GatewayMessage =
  { readonly kind: "passage"; readonly to: string; readonly port: number } | { readonly kind: "complete" };

const NAME = "gateway";

async function listen({ from, port }: Passage): Promise<Server> {
  const server = createServer();
  server.listen({ host: from, port, exclusive: true });
  await once(server, "listening").catch((error: unknown) => {
    throw new Error(`gateway of the lab: cannot listen on ${from}:${port}`, { cause: error });
  });
  return server;
}

async function handOver(child: ChildProcess, passages: readonly Passage[]): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error("gateway of the lab: ended before it had all its sockets");
  });
  const tell = async (message: GatewayMessage, server?: Server): Promise<void> => {
    const taken = once(child, "message");
    child.send(message, server);
    await Promise.race([taken, ended]);
  };
  for (const passage of passages) {
    const server = await listen(passage);
    try {
      await tell({ kind: "passage", to: passage.to, port: passage.port }, server);
    } finally {
      server.close();
    }
  }
  await tell({ kind: "complete" });
  ended.catch(() => undefined);
  child.disconnect();
}

/**
 * The one way between this machine and the lab's network: sockets that listen on loopback addresses here, served by a process that lives
 * there. So kubectl and Pulumi work as with any cluster, and the machine's own network stays as it is, without an interface or route more.
 */
export async function ensureGateway(
  labDir: string,
  fabric: ProcessIdentity,
  passages: readonly Passage[],
): Promise<void> {
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const routes = passages.map(({ from, to, port }) => `${from}:${port}=${to}:${port}`);
  await ensureDaemon({
    name: NAME,
    dir: join(labDir, NAME),
    labDir,
    place: inNetworkOf(fabric.pid, "127.0.0.1", "127.0.0.1"),
    command: [process.execPath, "--import", tsx, join(__dirname, "gatewayProcess.ts"), ...routes],
    handOver: (child) => handOver(child, passages),
  });
}
