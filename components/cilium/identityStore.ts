import { chunks } from "../basics/model/lists";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { openKvstore } from "./kvstore";
import type { CiliumObjects } from "./model/agentConfig";
import { IDENTITIES } from "./model/ciliumIdentities";
import { identityModeOf } from "./model/identityMode";
import { IDENTITY_KEYS } from "./model/kvstoreKeys";
import {
  ciliumIdentity,
  formatLabels,
  identityPage,
  kvstoreIdentities,
  numberKey,
  type LabelledIdentity,
  type ReadIdentities,
} from "./model/labelledIdentity";
import { ciliumPages } from "./pages";

/** Where the agents of a cluster keep identities: in their etcd, or in CiliumIdentities. */
export interface IdentityStore {
  readonly read: () => Promise<ReadIdentities>;
  /** Makes identities; one whose number is there by now stays as it is. */
  readonly make: (identities: readonly LabelledIdentity[]) => Promise<void>;
}

/** So many are sent in one call. */
const MADE_AT_ONCE = 200;

function inCrds(api: ClusterApi): IdentityStore {
  return {
    read: async () => {
      const pages = await ciliumPages(api, IDENTITIES, identityPage);
      return {
        identities: pages.flatMap(({ identities }) => identities),
        unread: pages.reduce((sum, { unread }) => sum + unread, 0),
      };
    },
    make: async (identities) => {
      await withEach("CiliumIdentities made", chunks(identities, MADE_AT_ONCE), 1, (lot) =>
        api.create(FIELD_MANAGER, lot.map(ciliumIdentity)),
      );
    },
  };
}

async function inEtcd(api: ClusterApi, cilium: CiliumObjects): Promise<IdentityStore | undefined> {
  const kvstore = await openKvstore(api, cilium);
  return (
    kvstore && {
      read: async () => kvstoreIdentities(await kvstore.list(`${IDENTITY_KEYS}id/`)),
      make: (identities) =>
        kvstore.add(
          `${IDENTITY_KEYS}id/`,
          identities.map(({ number, labels }) => [numberKey(number), formatLabels(labels)] as const),
        ),
    }
  );
}

/**
 * The identities of a cluster; `undefined` where there are no agents.
 *
 * @param config What `cilium-config` holds.
 * @throws Error where they are in an etcd, and no agent is ready to ask it.
 */
export async function openIdentities(
  api: ClusterApi,
  cilium: CiliumObjects,
  config: Readonly<Record<string, string>>,
): Promise<IdentityStore | undefined> {
  const mode = identityModeOf(config);
  return ["kvstore", "doublewrite-readkvstore"].includes(mode) ? inEtcd(api, cilium) : inCrds(api);
}
