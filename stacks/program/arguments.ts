import type { KnownMesh } from "../../components";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";

/** A stack's mesh as the library takes it: its configuration, whose its objects are, and what an authority stack has published. */
export function meshDescription(configuration: Configuration, { authority, owner }: Environment): KnownMesh {
  return { ...configuration, owner, ...(authority.kind === "published" ? { published: authority } : {}) };
}
