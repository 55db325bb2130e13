import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { LabCluster } from "../../lab";
import { kubeconfigOf } from "./kubernetes/kubeconfig";

/** A way to a cluster's API server that a test can make slow or silent. */
export interface Proxy {
  /** A kubeconfig that goes through here. */
  readonly kubeconfig: string;
  /** From now on connections are taken, and nothing is passed on in any direction; `false` ends it for new ones. */
  readonly silence: (silent: boolean) => void;
  readonly close: () => Promise<void>;
}

/** A name that the API server's certificate has, since not all clients take an address for one. */
const SERVER_NAME = "kubernetes";

/**
 * A TCP proxy on loopback before a cluster's API server.
 *
 * @param delayMs How much later each chunk arrives, in both directions.
 */
export async function startProxy(cluster: LabCluster, delayMs = 0): Promise<Proxy> {
  const { hostname, port } = new URL(cluster.apiServer.url);
  const open = new Set<Socket>();
  let silent = false;
  const join = (from: Socket, to: Socket) => {
    open.add(from);
    const later = (work: () => void) =>
      setTimeout(() => {
        if (!silent) {
          work();
        }
      }, delayMs);
    from.on("data", (chunk: Buffer) => later(() => to.write(chunk)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => open.delete(from));
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    join(client, upstream);
    join(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the proxy has no port");
  }
  return {
    kubeconfig: kubeconfigOf(cluster, {
      server: { server: `https://127.0.0.1:${String(address.port)}`, "tls-server-name": SERVER_NAME },
    }),
    silence: (on) => {
      silent = on;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
