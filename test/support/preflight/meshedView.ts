import type { LabCluster } from "../../../lab";
import { snapshots } from "../kubernetes/snapshot";

type Objects = Readonly<Record<string, object>>;

interface Shown {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly data?: object;
}

/** What an object that is made again has of its own. */
const BORN_WITH = new Set(["uid", "creationTimestamp"]);

/**
 * A {@link snapshot} of a meshed cluster without what legitimately differs from one mesh to the next: the contents of Secrets, of which the
 * file names stay, and when objects were made that were not there before. Those that were must be the same ones still.
 */
function meshedView(seen: Objects, untouched: Objects): Objects {
  return Object.fromEntries(
    Object.entries(seen).map(([key, object]) => {
      const { metadata = {}, data = {}, ...rest }: Shown = object;
      const own = Object.entries(metadata).filter(([field]) => key in untouched || !BORN_WITH.has(field));
      const shown = key.startsWith("Secret/") ? Object.keys(data).sort() : data;
      return [key, { ...rest, data: shown, metadata: Object.fromEntries(own) }];
    }),
  );
}

/** The {@link meshedView} of each cluster, now. */
export async function meshedViews(mesh: {
  readonly clusters: readonly LabCluster[];
  readonly untouched: readonly Objects[];
}): Promise<readonly Objects[]> {
  return (await snapshots(mesh.clusters)).map((seen, index) => meshedView(seen, mesh.untouched[index] ?? {}));
}
