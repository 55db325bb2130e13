import { connect, Server } from "node:net";
import { pipeline } from "node:stream";
import type { GatewayMessage } from "./gateway";

/*
 * Lives in the lab's network namespace, and accepts on sockets that were opened on the machine: a socket keeps the namespace it was made
 * in. A target that does not listen yet closes its connection, and the client tries again.
 */
process.on("message", ({ to, port }: GatewayMessage, server: unknown) => {
  if (!(server instanceof Server)) throw new Error(`gateway: no socket came with ${to}:${port}`);
  server.on("connection", (client) => {
    const target = connect({ host: to, port });
    const over = (): void => undefined;
    pipeline(client, target, over);
    pipeline(target, client, over);
  });
  process.send?.("taken");
});
