import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { answerOf, endForked, forked } from "../forked";

/** The proxy before the API servers. */
export interface Proxy {
  /** Where the cluster of a number is; number 0 is the first control plane as it is. */
  readonly serverOf: (cluster: number) => string;
  readonly end: () => Promise<void>;
}

const kubeconfig = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string(), "certificate-authority-data": z.string() }) })),
  users: z.array(
    z.object({ user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }) }),
  ),
});

const pem = (base64: string): string => Buffer.from(base64, "base64").toString();

/** The first API servers of a lab's kubeconfig, with the credentials of their administrator. */
function upstreams(file: string, count: number) {
  const { clusters, users } = kubeconfig.parse(JSON.parse(readFileSync(file, "utf8")));
  return clusters.slice(0, count).flatMap(({ cluster }, index) => {
    const user = users[index]?.user;
    return user === undefined
      ? []
      : [
          {
            server: cluster.server,
            ca: pem(cluster["certificate-authority-data"]),
            cert: pem(user["client-certificate-data"]),
            key: pem(user["client-key-data"]),
          },
        ];
  });
}

/** Starts the proxy for so many clusters; `folder` is where it is told the credentials. */
export async function startProxy(
  folder: string,
  labKubeconfig: string,
  controlPlanes: number,
  clusters: number,
): Promise<Proxy> {
  const file = join(folder, "upstreams.json");
  await writeFile(file, JSON.stringify(upstreams(labKubeconfig, controlPlanes)), { mode: 0o600 });
  const child = forked(join(__dirname, "proxyProcess.ts"), [file, String(clusters)]);
  const { ports } = z.object({ ports: z.array(z.number()) }).parse(await answerOf(child));
  await rm(file);
  return {
    serverOf: (cluster) => {
      const port = ports[cluster];
      if (port === undefined) {
        throw new Error(`the proxy was started for fewer than ${cluster} clusters`);
      }
      return `http://127.0.0.1:${port}`;
    },
    end: () => endForked(child),
  };
}
