import { z } from "zod";
import { progress, type Verbs } from "../command/protocol";
import type { ClusterApi, Contact } from "../kubernetes/clusterApi";
import { objectName } from "../kubernetes/model/managedObject";
import type { Leaf } from "./model/certificatePlan";
import {
  CERTIFICATE_SECRETS,
  fileNames,
  NAMED_CERTIFICATES,
  parseWritten,
  secretOf,
  type NamedCertificate,
} from "./model/writtenCertificates";
import { certificateIn, checkCertificate, restoreCertificate, writeCertificate } from "./ownCertificates";
import { onRecordedCluster, type ApiserverInput } from "./verbs";

/** Certificates with their keys, as standard input has them. */
export const leafFiles: z.ZodType<Readonly<Record<string, string | undefined>>> = z.object(
  Object.fromEntries(NAMED_CERTIFICATES.flatMap(fileNames).map((file) => [file, z.string().optional()])),
);

type LeafFiles = z.infer<typeof leafFiles>;

function leafOf(sent: LeafFiles, name: NamedCertificate): Leaf | undefined {
  const [certificate, privateKey] = fileNames(name).map((file) => sent[file]);
  return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
}

/** The verbs of a lost cluster: its certificates are let be. */
function lostVerbs({ cluster, cilium }: ApiserverInput, previous: string): Verbs {
  return {
    writeCertificates: () => Promise.resolve(previous),
    restoreCertificates: () => {
      const kept = NAMED_CERTIFICATES.filter((name) => parseWritten(previous)[name] !== undefined);
      const secrets = kept.map((name) =>
        objectName({ kind: "Secret", namespace: cilium.namespace, name: secretOf(name) }),
      );
      if (kept.length > 0) {
        progress(
          `cluster ${JSON.stringify(cluster.name)}: ${secrets.join(" and ")} keep their certificates for its name in the mesh; ` +
            "should it ever return, helm upgrade --reuse-values has them signed again",
        );
      }
      return Promise.resolve("");
    },
  };
}

/**
 * The verbs of the certificates with which a clustermesh-apiserver whose name this program sets writes to its etcd, and agents read its cache: Helm has
 * made them for another name.
 *
 * @param contact Opens the cluster.
 * @param sent Reads the certificates and their keys. One that is not sent gets back what was there before.
 * @param previous What the same resource's last verb printed; empty before the first.
 */
export function certificateVerbs(
  input: ApiserverInput,
  contact: Contact,
  sent: () => Promise<LeafFiles>,
  previous: string,
): Verbs {
  if (input.lost) return lostVerbs(input, previous);
  const { cluster, cilium, owner } = input;
  const of = (name: NamedCertificate) => ({ cluster: cluster.name, cilium, owner, secret: secretOf(name) });
  /** All of them as they are. */
  const look = async (api: ClusterApi) => {
    const list = await api.objects(CERTIFICATE_SECRETS, cilium.namespace);
    return (name: NamedCertificate) => certificateIn(list, secretOf(name));
  };
  return {
    /** Writes those that were sent, and prints which: by their hashes, and nothing of a key. Where one is refused, none is written. */
    writeCertificates: async () => {
      const leaves = await sent();
      const last = parseWritten(previous);
      const written = await onRecordedCluster(input, contact, async (api) => {
        const seen = await look(api);
        const wanted = NAMED_CERTIFICATES.map((name) => ({ name, leaf: leafOf(leaves, name) }));
        for (const { name, leaf } of wanted) if (leaf !== undefined) checkCertificate(of(name), leaf, seen(name));
        const done: (readonly [NamedCertificate, object])[] = [];
        for (const { name, leaf } of wanted) {
          if (leaf === undefined) await restoreCertificate(api, of(name), last[name], seen(name));
          else done.push([name, await writeCertificate(api, of(name), leaf, seen(name))]);
        }
        return Object.fromEntries(done);
      });
      return JSON.stringify(written);
    },
    /** Gives back what was there before, and takes nothing else away. */
    restoreCertificates: async () => {
      const last = parseWritten(previous);
      await onRecordedCluster(input, contact, async (api) => {
        const seen = await look(api);
        for (const name of NAMED_CERTIFICATES) await restoreCertificate(api, of(name), last[name], seen(name));
      });
      return "";
    },
  };
}
