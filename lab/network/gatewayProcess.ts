import { connect, Server } from "node:net";
import { pipeline } from "node:stream";
import type { GatewayMessage } from "./gateway";

/*
 * Lives in the lab's network namespace, and accepts on sockets that were opened on the machine: a socket keeps the namespace it was made
 * in. A target that does not listen yet closes its connection, and the client tries again.
 */
function serve(server: Server, host: string, port: number): void {
  server.on("connection", (client) => {
    const target = connect({ host, port });
    const over = (): void => undefined;
    pipeline(client, target, over);
    pipeline(target, client, over);
  });
}

let complete = false;
process.on("message", (message: GatewayMessage, server: unknown) => {
  if (message.kind === "complete") complete = true;
  else if (server instanceof Server) serve(server, message.to, message.port);
  else throw new Error(`gateway: no socket came with ${message.to}:${message.port}`);
  process.send?.("taken");
});
// Who hands the sockets over has gone before the last: half a gateway is worse than none.
process.on("disconnect", () => {
  if (!complete) process.exit(1);
});
