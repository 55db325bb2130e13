import { APISERVER_SECRETS } from "../../apiserver/model/objects";
import { judgeEnding, type Ending } from "../../certificates/model/expiry";
import { certificatesIn } from "../../certificates/model/x509/bundle";
import type { Certificate } from "../../certificates/model/x509/certificate";
import type { Cluster } from "../../mesh/model/mesh";
import type { Diagnostic } from "../../mesh/model/diagnostic";
import { authorityOf } from "./apiserverAuthority";
import { giveValues, restartApiserver } from "./helmCommand";
import { withWritten, type InspectedApiserver } from "./inspectedApiserver";
import type { LiveCluster } from "./liveCluster";
import { inspected, type PreflightPolicy } from "./policy";

type Policy = Pick<PreflightPolicy, "cilium" | "written">;

/** The certificates around the etcd of a clustermesh-apiserver that peers depend on, and who renews them. */
function endingsOf(each: InspectedApiserver, { cilium }: Policy): readonly Ending[] {
  const { cluster, live } = each;
  const { server, remote } = live.apiserver ?? {};
  const ending = (secret: string, how: string, certificates: readonly Certificate[]): readonly Ending[] =>
    certificates.map(({ subject, ends }) => ({
      cluster: cluster.name,
      what: `Secret ${cilium.namespace}/${secret} ${JSON.stringify(subject)}`,
      ends,
      renewal: { by: "person", how },
    }));
  const leaf = (pem: string | undefined) => certificatesIn(pem ?? "").slice(0, 1);
  const upgrade = giveValues(live, cilium, []);
  const again =
    server?.helmRelease === undefined
      ? `see that who has made it (cert-manager, the chart's CronJob, or a person) renews it, and then ${restartApiserver(live, cilium)}`
      : `${upgrade}, which makes it again, and then ${restartApiserver(live, cilium)}`;
  const servers = ending(APISERVER_SECRETS.server, again, leaf(server?.certificate));
  const { kind, trusted } = authorityOf(each);
  switch (kind) {
    // Its end is told of the configuration.
    case "given":
      return servers;
    case "signed": {
      const follow =
        `the chart keeps it: give Helm its successor (tls.ca.cert and tls.ca.key), or delete the Secret, ${upgrade}, ` +
        `${restartApiserver(live, cilium)}, and pulumi up at once: between them the peers are lost`;
      return [...servers, ...ending(APISERVER_SECRETS.ca, follow, trusted)];
    }
    case "issued":
      return [
        ...servers,
        ...ending(APISERVER_SECRETS.remote, `${again}; pulumi up hands it on`, leaf(remote?.certificate)),
      ];
  }
}

/** What is to be said of the ends of certificates that clustermesh-apiservers have. */
export function apiserverEndings(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: Policy,
  now: Date,
): readonly Diagnostic[] {
  return inspected(clusters, live)
    .filter(({ cluster }) => cluster.publishes === "apiserver")
    .flatMap((each) => endingsOf(withWritten(each, policy), policy))
    .flatMap((each) => judgeEnding(each, now) ?? []);
}
