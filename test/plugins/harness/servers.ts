import { createServer, type Server } from "node:net";
import { stringify } from "yaml";

/** A kubeconfig with the contexts `c0`, `c1`, … for these servers; the first is the current one. */
export const kubeconfigOf = (...servers: readonly string[]): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c0",
    clusters: servers.map((server, i) => ({ name: `c${String(i)}`, cluster: { server } })),
    users: [{ name: "u", user: { token: "t" } }],
    contexts: servers.map((_, i) => ({
      name: `c${String(i)}`,
      context: { cluster: `c${String(i)}`, user: "u", namespace: "of-context" },
    })),
  });

/** Has a server listen on a free port of loopback. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

/** A port of loopback on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
