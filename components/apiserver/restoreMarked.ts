import { own } from "../basics/model/own";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import { joinLists, listOf, rawItems } from "../kubernetes/model/items";
import { parseObject } from "../kubernetes/model/liveObject";
import { lastTime, newest } from "../kubernetes/model/managedFields";
import { noAccess } from "../kubernetes/model/noAccess";
import { CERTIFICATE_ANNOTATION, seeCertificateClaim } from "./model/certificateClaim";
import { hasOurMark } from "./model/liveUsers";
import { REMOTE_USERS } from "./model/objects";
import { CERTIFICATE_SECRETS, NAMED_CERTIFICATES, secretOf } from "./model/writtenCertificates";
import { certificateIn, restoreCertificate, type ReplacedCertificate, type SeenCertificate } from "./ownCertificates";
import type { LastWrite } from "./restartApiserver";
import { revokeInConfigMap } from "./usersConfigMap";

const USERS = `configmap/${REMOTE_USERS}`;

/** The objects whose marks tell what a stack has written for the clustermesh-apiserver of a cluster. */
const MARKED: readonly string[] = [...CERTIFICATE_SECRETS, USERS];

const isForbidden = (error: unknown): boolean =>
  error instanceof KubectlError && noAccess(error.message).kind === "permission";

/**
 * Reads an object, and with it those that may have such marks: a List as JSON. Where one of these may not be read, it is left out: nobody has
 * written it who may not read it.
 */
export async function readWithMarked(api: ClusterApi, object: string, namespace: string): Promise<string> {
  try {
    return await api.objects([object, ...MARKED], namespace);
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const lists = await Promise.all([
    api.objects([object], namespace),
    ...MARKED.map((name) =>
      api.objects([name], namespace).catch((error: unknown) => {
        if (!isForbidden(error)) throw error;
        return listOf("");
      }),
    ),
  ]);
  return joinLists(lists);
}

/** Whose marks these are, and in which cluster. */
type MarkOwner = Omit<ReplacedCertificate, "secret">;

function isMarked({ annotations }: SeenCertificate, owner: string): boolean {
  const { kind } = seeCertificateClaim(own(annotations, CERTIFICATE_ANNOTATION), owner);
  return kind === "ours" || kind === "damaged";
}

/**
 * Gives back what the steps of a stack have written for the clustermesh-apiserver of a cluster, by the marks there alone: of a step that was killed
 * before its first end the state knows nothing, and nobody runs the verb that takes it back. Where those have been taken back it does nothing.
 *
 * @param list What {@link readWithMarked} has read.
 * @returns When the certificates with which its pods run were written last.
 */
export async function restoreMarked(api: ClusterApi, of: MarkOwner, list: string): Promise<LastWrite> {
  const seen = NAMED_CERTIFICATES.flatMap((name) => {
    const live = certificateIn(list, secretOf(name));
    return live === undefined ? [] : [{ secret: secretOf(name), live }];
  });
  const marked = seen.filter(({ live }) => isMarked(live, of.owner));
  for (const { secret, live } of marked) await restoreCertificate(api, { ...of, secret }, undefined, live);
  const users = parseObject(rawItems(list).get(USERS) ?? "");
  if (users !== undefined && hasOurMark(users.metadata, of.owner)) {
    await revokeInConfigMap(api, { ...of, last: undefined });
  }
  const times = seen.map(({ live }) => lastTime(live.managedFields));
  return marked.length > 0 ? { kind: "now" } : { kind: "before", time: newest(times) };
}
