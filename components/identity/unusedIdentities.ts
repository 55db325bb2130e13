import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { AGENTS_AT_ONCE } from "../cilium/agents";
import {
  IDENTITIES,
  identitiesIn,
  IDENTITY_LINES,
  ofCluster,
  type NamedIdentity,
} from "../cilium/model/ciliumIdentities";
import { CILIUM_VERSION, ciliumPages } from "../cilium/pages";
import { progress } from "../command/protocol";
import { until, withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { KubectlError, WriteConflict } from "../kubernetes/kubectlError";
import { tellingLine } from "../kubernetes/model/tellingLine";
import type { Leaving } from "./leaving";

const ENDPOINTS = "ciliumendpoints.cilium.io";
/** Agents write the new identity of a pod into its CiliumEndpoint a moment after they have started. */
const ENDPOINTS_SECONDS = 30;
/** More are left to the operator, which removes those that are unused for half an hour. */
const MOST_DELETED = 2000;

const endpointPage = z.object({
  metadata: z.object({ continue: z.string().default("") }).prefault({}),
  items: z.array(
    z.object({ status: z.object({ identity: z.object({ id: z.int().optional() }).nullish() }).nullish() }),
  ),
});

function usedOfPage(json: string): { readonly used: readonly number[]; readonly next: string } {
  const { metadata, items } = endpointPage.parse(JSON.parse(json));
  return { used: items.flatMap(({ status }) => status?.identity?.id ?? []), next: metadata.continue };
}

/** The identities that pods have, by number. */
async function usedIdentities(api: ClusterApi): Promise<ReadonlySet<number>> {
  const pages = await ciliumPages(api, ENDPOINTS, usedOfPage);
  return new Set(pages.flatMap(({ used }) => used));
}

async function identitiesOf(api: ClusterApi, { id, maxConnectedClusters }: Leaving): Promise<readonly NamedIdentity[]> {
  const { found, refused } = await api.listByTemplate([IDENTITIES], {}, IDENTITY_LINES);
  if (refused !== undefined) throw new KubectlError(refused);
  return ofCluster(identitiesIn(found), id, maxConnectedClusters);
}

const numbers = (identities: readonly NamedIdentity[]): string =>
  firstFew(identities.map(({ number }) => String(number))).join(", ");

type Api = Pick<ClusterApi, "command">;

/** What a person does about identities that stay. */
const wayOut = (command: string, { name, id }: Leaving): string =>
  `before this cluster joins as ${JSON.stringify(name)} with another id than ${id}, delete them (${command} delete ${IDENTITIES} <number>), or wait ` +
  "half an hour: the operator removes what nobody uses";

function sayStay({ command }: Api, leaving: Leaving, which: string, why: string): void {
  progress(
    `warning: cluster "${leaving.name}": ${which} of id ${leaving.id} stay (${why}); ${wayOut(command, leaving)}`,
  );
}

/** Where roll-outs are not awaited, no time is known at which nobody uses them any more: they are left, and named. */
export function sayIdentitiesStay(api: Api, leaving: Leaving): void {
  sayStay(api, leaving, "CiliumIdentities", "wait.rollout is false");
}

async function deleteAll(api: ClusterApi, cluster: string, identities: readonly NamedIdentity[]): Promise<void> {
  const what = `cluster "${cluster}": CiliumIdentities deleted`;
  await withEach(what, identities, AGENTS_AT_ONCE, async ({ number, uid }) => {
    try {
      await api.deleteObject({ resource: IDENTITIES, name: String(number) }, CILIUM_VERSION, { uid });
    } catch (error) {
      // It was made again since, and is another one.
      if (!(error instanceof WriteConflict)) throw error;
    }
  });
}

/**
 * Deletes the CiliumIdentities that a cluster's id has left, once its agents run with another one: pods of a cluster that joins again under the same
 * name with another id would get them, for their labels are the same, and keep them. One that a pod still has stays, and is named; and nothing of this
 * keeps a cluster in a mesh.
 */
export async function removeIdentities(api: ClusterApi, leaving: Leaving): Promise<void> {
  const { name } = leaving;
  try {
    const { ours, used } = await until(
      Date.now() + ENDPOINTS_SECONDS * 1000,
      async () => {
        const found = await identitiesOf(api, leaving);
        const inUse = found.length === 0 ? new Set<number>() : await usedIdentities(api);
        return { ours: found, used: found.filter(({ number }) => inUse.has(number)) };
      },
      (seen) => seen.used.length === 0,
      (seen) => `cluster "${name}": pods still have ${seen.used.length} identities of the mesh: ${numbers(seen.used)}`,
    );
    const unused = ours.filter((each) => !used.includes(each));
    const [deleted, left] = [unused.slice(0, MOST_DELETED), unused.slice(MOST_DELETED)];
    await deleteAll(api, name, deleted);
    if (deleted.length > 0)
      progress(`cluster "${name}": ${deleted.length} CiliumIdentities of id ${leaving.id} deleted`);
    if (used.length > 0) sayStay(api, leaving, `CiliumIdentities ${numbers(used)}`, "pods have them");
    if (left.length > 0) sayStay(api, leaving, `${left.length} CiliumIdentities`, `more than ${MOST_DELETED}`);
  } catch (error) {
    sayStay(api, leaving, "CiliumIdentities", tellingLine(errorMessage(error)));
  }
}
