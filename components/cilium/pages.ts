import type { ClusterApi } from "../kubernetes/clusterApi";

/** The version in which the agents' objects are read and written. */
export const CILIUM_VERSION = "cilium.io/v2";

/** So many are asked for at a time. */
const PAGE = 500;

/** Reads all objects of one of Cilium's kinds, page by page. @param parse Gives what is kept of a page, and where the next one begins; empty after the last. */
export async function ciliumPages<Page extends { readonly next: string }>(
  api: Pick<ClusterApi, "page">,
  kind: string,
  parse: (json: string) => Page,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let from = "";
  do {
    const page = parse(await api.page(kind, CILIUM_VERSION, PAGE, from));
    pages.push(page);
    from = page.next;
  } while (from !== "");
  return pages;
}
