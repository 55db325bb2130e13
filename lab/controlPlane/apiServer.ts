import { readFileSync } from "node:fs";
import { assertRunning, ensureDaemon, stopDaemon, type DaemonSpec } from "../host/daemon";
import { ask, type Answer } from "../host/httpsGet";
import { waitFor } from "../host/waitFor";
import { SERVICE_CIDR } from "../clusterPlan";
import { apiServerUrl, type ClusterSite } from "./cluster";
import { etcdEndpoint } from "./etcd";

const READY_MS = 180_000;

export const API_SERVER = "kube-apiserver";

/** Command line of the cluster's API server. */
export function apiServerCommand(program: string, site: ClusterSite): string[] {
  const { pki, place, ports, families } = site;
  return [
    program,
    `--etcd-servers=${etcdEndpoint(site, "api-etcd")}`,
    `--etcd-cafile=${pki.apiEtcd.ca.certFile}`,
    `--etcd-certfile=${pki.apiEtcd.client.certFile}`,
    `--etcd-keyfile=${pki.apiEtcd.client.keyFile}`,
    `--bind-address=${place.ip}`,
    `--advertise-address=${place.ip}`,
    // The endpoints of Service "kubernetes" may not be loopback addresses; without nodes nobody dials them.
    ...(place.ip.startsWith("127.") ? ["--endpoint-reconciler-type=none"] : []),
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-client-certificate=${pki.admin.certFile}`,
    `--kubelet-client-key=${pki.admin.keyFile}`,
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${pki.apiServer.certFile}`,
    `--tls-private-key-file=${pki.apiServer.keyFile}`,
    `--client-ca-file=${pki.kubernetesCa.certFile}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    `--service-cluster-ip-range=${families.map((family) => SERVICE_CIDR[family]).join(",")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${pki.tokenPublicKeyFile}`,
    `--service-account-signing-key-file=${pki.tokenKeyFile}`,
    // Without it a TERM waits up to a minute for open watches.
    "--shutdown-send-retry-after",
    "--profiling=false",
  ];
}

const daemonOf = (program: string, site: ClusterSite): DaemonSpec => {
  const { dir, labDir, place } = site;
  return { name: API_SERVER, dir, labDir, place, command: apiServerCommand(program, site) };
};

/** Asks the API server as the cluster's administrator. */
export function askApiServer(site: ClusterSite, path: string): Promise<Answer> {
  const { kubernetesCa, admin } = site.pki;
  return ask(`${apiServerUrl(site)}${path}`, {
    ca: readFileSync(kubernetesCa.certFile),
    cert: readFileSync(admin.certFile),
    key: readFileSync(admin.keyFile),
  });
}

/** Whether all of the API server's readiness checks pass. */
export async function isApiServerReady(site: ClusterSite): Promise<boolean> {
  const answer = await askApiServer(site, "/readyz");
  return answer.kind === "answered" && answer.status === 200;
}

const failedChecks = (answer: Answer): string =>
  answer.kind === "failed"
    ? answer.reason
    : answer.body
        .split("\n")
        .filter((line) => line.startsWith("[-]"))
        .join(", ");

/** Starts the API server unless it runs, and waits until every check of /readyz passes and kube-system exists. */
export async function startApiServer(program: string, site: ClusterSite): Promise<void> {
  const daemon = daemonOf(program, site);
  await ensureDaemon(daemon);
  await waitFor(`${site.plan.name}: ${apiServerUrl(site)} ready`, READY_MS, async (note) => {
    assertRunning(daemon);
    const ready = await askApiServer(site, "/readyz?verbose");
    if (ready.kind !== "answered" || ready.status !== 200) {
      note(failedChecks(ready));
      return undefined;
    }
    note("namespace kube-system does not exist yet");
    const namespace = await askApiServer(site, "/api/v1/namespaces/kube-system");
    return namespace.kind === "answered" && namespace.status === 200 ? true : undefined;
  });
}

/** Ends the API server; its etcd stays. */
export const stopApiServer = (site: ClusterSite): Promise<void> => stopDaemon(site.dir, API_SERVER);
