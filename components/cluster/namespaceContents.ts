import type { ClusterApi } from "../kubernetes/clusterApi";
import { OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { foreignIn } from "./model/namespaceContents";

const COLUMNS = [
  "{.kind}",
  "{.metadata.name}",
  "{.metadata.ownerReferences[0].kind}",
  `{.metadata.annotations.${OWNER_ANNOTATION.replaceAll(".", "\\.")}}`,
];

/** What others have in a namespace that this stack has made: it would go with it. */
export async function foreignContents(api: ClusterApi, namespace: string, owner: string): Promise<readonly string[]> {
  const row = `${COLUMNS.join('{"\\t"}')}{"\\n"}`;
  return foreignIn(await api.namespaceContents(namespace, `{range .items[*]}${row}{end}`), owner);
}
