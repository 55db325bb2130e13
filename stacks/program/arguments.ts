import { demoObjects, type KnownMesh } from "../../components";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";

/** A stack's mesh as the library takes it: its configuration, whose its objects are, those of the demo, and what an authority stack has published. */
export function meshDescription(
  configuration: Configuration,
  { authority, owner, managed, demo }: Environment,
): KnownMesh {
  // Clusters that the stack has not are refused as the demo's.
  const objects = Object.entries(demo === undefined ? {} : demoObjects(demo)).filter(([name]) =>
    managed.includes(name),
  );
  return {
    ...configuration,
    owner,
    objects: Object.fromEntries(objects),
    ...(authority.kind === "published" ? { published: authority } : {}),
  };
}
