import { isPlainMap } from "../shared/value";
import type { Client } from "./client";
import { apiVersion } from "./kinds";
import { at, textAt, type Gvk } from "./object";

/** How the API server serves a kind. */
export interface Mapping {
  readonly prefix: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The API server does not serve this kind: most likely its CustomResourceDefinition is not there (any more). */
export class NoMatchError extends Error {
  constructor(gvk: Gvk) {
    super(`no matches for kind ${JSON.stringify(gvk.kind)} in version ${JSON.stringify(apiVersion(gvk))}`);
  }
}

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const keyOf = ({ group, version, kind }: Gvk) => `${group}/${version}/${kind}`;

/** What the API server serves, asked once and again when something is not found. */
export class Discovery {
  private mappings: ReadonlyMap<string, Mapping> = new Map();

  constructor(private readonly client: Client) {}

  /** Asks the API server. @throws when it cannot be reached or refuses. */
  async refresh(): Promise<void> {
    const lists = await Promise.all(
      ["/api", "/apis"].map((path) => this.client.call({ method: "GET", path, accept: AGGREGATED })),
    );
    this.mappings = new Map(lists.flatMap((list) => groupsOf(at(list, "items"))));
  }

  known(gvk: Gvk): Mapping | undefined {
    return this.mappings.get(keyOf(gvk));
  }

  /** The mapping of a kind. @throws NoMatchError when the server does not serve it, also when asked anew. */
  async find(gvk: Gvk): Promise<Mapping> {
    const before = this.known(gvk);
    if (before !== undefined) return before;
    await this.refresh();
    const found = this.known(gvk);
    if (found === undefined) throw new NoMatchError(gvk);
    return found;
  }
}

const list = (value: ReturnType<typeof at>) => (Array.isArray(value) ? value.filter(isPlainMap) : []);

function groupsOf(items: ReturnType<typeof at>): readonly (readonly [string, Mapping])[] {
  return list(items).flatMap((item) => {
    const group = textAt(item, "metadata", "name");
    return list(item["versions"]).flatMap((served) => {
      const version = textAt(served, "version");
      const prefix = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      return list(served["resources"]).map((resource) => {
        const kind = textAt(resource, "responseKind", "kind");
        const mapping = {
          prefix,
          plural: textAt(resource, "resource"),
          namespaced: textAt(resource, "scope") === "Namespaced",
        };
        return [keyOf({ group, version, kind }), mapping] as const;
      });
    });
  });
}
